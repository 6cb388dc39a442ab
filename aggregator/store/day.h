/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_DAY_H
#define AGGREGATOR_STORE_DAY_H

#include "aggregator/store/db.h"
#include "aggregator/store/received.h"
#include "aggregator/store/store.h"

#include <stdint.h>

struct err;

/*
 * One day's file.  Messages have ascending ids in commit order; those up to
 * some id are in blocks, the others as they came.  'part' says of the former
 * which sequences they were.
 */
struct day {
	struct db *db;
	int32_t number;
	int64_t last_id;			/* of the last message put */
	int64_t committed_id;			/* ... and committed */
	uint64_t loose_messages, loose_records; /* not in blocks, committed */
	uint64_t put_messages, put_records;	/* ... put since */
};

enum day_statement {
	DAY_PUT,
	DAY_START,
	DAY_LAST,
	DAY_LOOSE,
	DAY_STARTS,
	DAY_PARTS,
	DAY_SEQUENCES,
	DAY_CUT_MEASURE,
	DAY_CUT_READ,
	DAY_CUT_DAMAGED,
	DAY_CUT_BLOCK,
	DAY_CUT_DELETE,
	DAY_PART_EXTEND,
	DAY_PART_PUT,
	DAY_SCAN_BLOCKS,
	DAY_SCAN_LOOSE,
	DAY_STATEMENTS,
};

/* As db_open().  DB_WRITE makes the file. */
struct day *day_open(
    const char *dir, int32_t number, enum db_mode mode, struct err *e);
void day_close(struct day *d);

/* A transaction of puts; a failing one is undone as a whole. */
int day_begin(struct day *d, struct err *e);
int day_put(struct day *d, const struct store_item *it, struct err *e);
/* A run's first message of this day: 'base' is the highest sequence that the
 * days before know. */
int day_put_start(struct day *d, const char *sensor, const struct run_id *run,
    uint64_t base, struct err *e);
int day_commit(struct day *d, struct err *e);
void day_undo(struct day *d);

/* Everything that the day knows of runs.  Returns 0, or -1 with 'e'. */
int day_load(struct day *d, struct received *known, struct err *e);

/* The least and greatest time of a column; both TIME_NONE when a row has
 * none, because then no range of time may leave it out. */
void day_extent(const int64_t *time, size_t n, int64_t *t_min, int64_t *t_max);

#endif
