/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_KEEP_H
#define AGGREGATOR_CLI_KEEP_H

#include "common/record.h"

#include <stddef.h>
#include <stdint.h>

struct err;
struct keep;
struct state;

/*
 * Records of files into a store, as if sensors had sent them: the sensor is
 * called after the file.  A batch is known by what is in it and before it in
 * its file, so the same file is never stored twice, packed or not, and of one
 * that has grown only what is new (but for the last batch of before).
 */

/*
 * dir: made if it is not there.  files: how many there are; each needs about
 * 300 kB.  Returns NULL with 'e': EX_CANTCREAT, and as store_open().
 */
struct keep *keep_open(const char *dir, size_t files, struct err *e);
void keep_close(struct keep *k);

/* A record of file number 'file', whose sensor is 'sensor'.  Returns 0, or -1
 * with 'e' as store_put(). */
int keep_put(struct keep *k, size_t file, const char *sensor,
    const struct record *r, struct err *e);

/* Everything on disk, and the store compacted: after the last record.  -1 as
 * keep_put(). */
int keep_finish(struct keep *k, struct err *e);

struct keep_counts {
	uint64_t added, known; /* records */
};
struct keep_counts keep_counts(const struct keep *k, size_t file);

/* The store's state.db, borrowed. */
struct state *keep_state(struct keep *k);

#endif
