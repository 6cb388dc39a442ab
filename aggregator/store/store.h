/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_STORE_H
#define AGGREGATOR_STORE_STORE_H

#include "common/record.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct filter;
struct store;
struct store_scan;

/*
 * Records on disk.  A directory with one SQLite file per UTC day of commit
 * ("day-2026-11-21.db") and "state.db" (state.h).  A message is committed as
 * it arrives; later store_recut() turns runs of them into blocks of columns
 * compressed with zstd.  Nothing above this header knows a table.
 */

enum store_mode {
	STORE_WRITE, /* one process at a time: a lock file says so */
	STORE_READ,  /* any number, any user who may read the files */
};

/*
 * Open the store in 'dir', which must exist; files are made as needed, mode
 * 0640.  Returns NULL with 'e': EX_NOINPUT no such directory or no store in
 * it (reader), EX_NOPERM, EX_CANTCREAT read-only, EX_TEMPFAIL another writer,
 * EX_DATAERR made by a newer version.
 */
struct store *store_open(const char *dir, enum store_mode mode, struct err *e);
void store_close(struct store *s);

/* A point in commit order; {0, 0} is before everything. */
struct store_pos {
	int32_t day; /* days since 1970 */
	int64_t id;  /* within the day, from 1 */
};

int store_pos_cmp(const struct store_pos *a, const struct store_pos *b);

/*
 * One message of a sensor, as it came.
 *
 * buf, len: the wire message (a Batch or Heartbeat).
 * records:  its decoded columns; n == 0 for a heartbeat.
 */
struct store_item {
	const char *sensor;
	struct run_id run;
	uint64_t sequence;
	int64_t received_ns;
	uint64_t kernel_lost, dropped;
	const uint8_t *buf;
	size_t len;
	const struct batch *records;
};

/* Was (sensor, run, sequence) stored, or put since the last commit?  A
 * writer's question: a reader is told no. */
bool store_has(const struct store *s, const char *sensor,
    const struct run_id *run, uint64_t sequence);

/*
 * Put an item into the open transaction (begun by the first put).  Returns 1:
 * put; 0: known already, nothing done; -1 with 'e' (EX_IOERR; EX_TEMPFAIL
 * when the disk is full): the whole transaction is undone, nothing of it may
 * be acknowledged.  Only with EX_UNAVAILABLE nothing is undone: the sensor has
 * begun too many runs, or left too many gaps, for one more message of it to be
 * remembered; room comes when days expire.
 */
int store_put(struct store *s, const struct store_item *it, struct err *e);

/*
 * Make everything put so far durable.  Returns 0 with the position of the
 * last item ever committed in 'pos'; -1 as store_put().
 */
int store_commit(struct store *s, struct store_pos *pos, struct err *e);
/* Nothing that was put since the last commit. */
void store_undo(struct store *s);

/*
 * Re-cut messages that are older than 'min_age_ns' and make a full block (or
 * belong to a finished day) into one block.  Bounded work: at most one block
 * a call.  Returns 1: a block was cut, 0: nothing to do, -1 with 'e' of the
 * oldest day that failed; the others were not held up by it.
 * Never between a put and its commit.
 */
int store_recut(
    struct store *s, int64_t now_ns, int64_t min_age_ns, struct err *e);

/*
 * Unlink the oldest day if it ended more than 'keep_days' ago: one a call, so
 * that a clock that jumped does not take everything at once.  Nothing when
 * 'now_ns' is more than two days beyond that of the newest commit: whether the
 * clock jumped or nobody sent is not known before somebody does.  Returns how
 * many were unlinked, -1 with 'e'.
 */
int store_expire(struct store *s, int64_t now_ns, int keep_days, struct err *e);

/* What was received of a run: the sequences missing below the highest one. */
struct store_run {
	char sensor[64];
	struct run_id run;
	uint64_t received, highest, gaps; /* gaps: missing sequences */
	uint64_t records, kernel_lost, dropped;
	int64_t first_received_ns, last_received_ns;
};

typedef int store_run_fn(void *arg, const struct store_run *r);
/* Every run that the kept days know, oldest first; stops when 'fn' returns
 * other than 0 and returns that. */
int store_runs(struct store *s, store_run_fn *fn, void *arg, struct err *e);

/* One run; returns whether anything of it is known.  A writer's question: a
 * reader is told no. */
bool store_run_get(const struct store *s, const char *sensor,
    const struct run_id *run, struct store_run *out);

/* --- reading --- */

/* Columns that a reader does without need not be unpacked. */
enum store_column {
#define COLUMN(name, type, absent) STORE_COLUMN_##name,
#include "common/record_columns.def"
#undef COLUMN
	STORE_COLUMN_time,
};
#define STORE_WANT(name) (UINT32_C(1) << STORE_COLUMN_##name)
/* Numbers alone: a piece has records.n and matched, maybe of several. */
#define STORE_WANT_NOTHING (UINT32_C(1) << 31)

struct store_query {
	struct store_pos after;	    /* begin behind this */
	struct store_pos until;	    /* end with this; {0, 0}: open */
	int64_t since_ns, until_ns; /* event time, [since, until); TIME_NONE:
				     * open.  Rows outside may come too. */
	const struct addr *host;    /* NULL, or only blocks with one of these */
	size_t n_host;
	uint32_t columns; /* STORE_WANT()s, or'ed; 0: all.  Others may be
			   * NULL, time and the dictionaries too. */
	const struct filter *filter; /* NULL, or which rows are meant;
				      * borrowed */
	bool whole; /* pieces in which none is meant come too, with no other
		     * columns than the filter's, time and addresses */
};

/*
 * A piece of the store.
 *
 * match:   with a filter, per row whether it is meant (0 or 1); else NULL.
 * matched: how many are.
 * known:   every row knows what the filter asks for; only with 'whole'.
 * id, rows: of the messages that the rows came in: with the day, and the row's
 *          place in its message, that names a row for ever.
 */
struct store_chunk {
	struct batch records;
	const uint8_t *match;
	size_t matched;
	bool known;
	const uint32_t *sensor; /* per row: index into sensor_name; NULL: 0 */
	const char *const *sensor_name;
	size_t n_sensor;
	const uint64_t *id;
	const uint32_t *rows; /* of each message; their sum is records.n */
	size_t n_message;
	int64_t received_ns;  /* when the last row of it was received */
	struct store_pos pos; /* of the last message in it */
};

/*
 * Pieces in commit order, up to what was committed when the scan was opened,
 * or exactly up to 'until' when that comes first: a piece is cut there.
 * Each record is seen exactly once although the writer re-cuts meanwhile.
 * No transaction is open between two calls: a slow reader holds nobody up.
 * Memory is bounded by one piece.
 */
struct store_scan *store_scan_open(
    struct store *s, const struct store_query *q, struct err *e);
/* 1: a piece, borrowed until the next call; 0: the end; -1 with 'e'. */
int store_scan_next(
    struct store_scan *sc, struct store_chunk *out, struct err *e);
void store_scan_close(struct store_scan *sc);
/* Messages and blocks that could not be decoded so far, and were left out;
 * the log names the first. */
uint64_t store_scan_damaged(const struct store_scan *sc);

#endif
