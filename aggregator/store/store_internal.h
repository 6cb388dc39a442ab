/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_STORE_INTERNAL_H
#define AGGREGATOR_STORE_STORE_INTERNAL_H

#include "aggregator/store/block.h"
#include "aggregator/store/day.h"
#include "aggregator/store/dir.h"
#include "aggregator/store/gather.h"
#include "aggregator/store/received.h"
#include "aggregator/store/store.h"
#include "common/wire.h"

#include <stdbool.h>

struct err;

/* What turns messages into blocks and back. */
struct workshop {
	struct wire *wire;
	struct gather *gather;
	struct block *block;
};

/* Returns 0; -1 when memory is out (workshop_fini() is harmless then). */
int workshop_init(struct workshop *w);
void workshop_fini(struct workshop *w);

/* A stored message, which is a Batch.  0, or -1 with 'e'. */
int store_unpack(struct wire *w, const void *data, size_t len,
    struct wire_message *m, struct err *e);

/* What store.c, store_recut.c and store_scan.c share. */
struct store {
	char *dir;
	enum store_mode mode;
	/* The writer's. */
	int lock;
	struct days days;
	struct received *received;
	struct day *today; /* the newest, that puts go to; NULL: not open */
	struct day *old;   /* an earlier one that is being re-cut, or NULL */
	bool open;	   /* a transaction in today */
	struct store_pos last; /* committed */
	struct workshop shop;  /* made with the first block */
	bool shop_made;
	int64_t finish_after_ns; /* a reader was in the way until now */
};

/* Everything that the days in 'days' know of runs; notes in 'days' which are
 * finished.  To be freed; NULL with 'e'. */
struct received *store_load_received(
    const char *dir, struct days *days, struct err *e);

/* The day's file for writing: kept as today or old.  Borrowed; NULL with
 * 'e'. */
struct day *store_day(struct store *s, int32_t number, struct err *e);

#endif
