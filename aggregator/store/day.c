/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/day.h"
#include "aggregator/store/dir.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>

#define FORMAT 1

/* A message is 26 KB or more, a block a megabyte: pages four times the usual
 * size save a third of the time.  32 KiB saved no more. */
#define PAGE_BYTES 16384

/* The great columns come last: a row's others are read without them. */
static const char create[] =
    "CREATE TABLE batch("
    " id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, run BLOB NOT NULL,"
    " sequence INTEGER NOT NULL, received_ns INTEGER NOT NULL,"
    " records INTEGER NOT NULL, lost INTEGER NOT NULL,"
    " dropped INTEGER NOT NULL, t_min INTEGER, t_max INTEGER,"
    " data BLOB NOT NULL);"
    "CREATE TABLE block("
    " last_id INTEGER PRIMARY KEY, first_id INTEGER NOT NULL,"
    " messages INTEGER NOT NULL, records INTEGER NOT NULL,"
    " t_min INTEGER, t_max INTEGER, hosts BLOB NOT NULL,"
    " data BLOB NOT NULL);"
    "CREATE TABLE part("
    " sensor TEXT, run BLOB, first INTEGER, last INTEGER NOT NULL,"
    " messages INTEGER NOT NULL, records INTEGER NOT NULL,"
    " lost INTEGER NOT NULL, dropped INTEGER NOT NULL,"
    " first_received_ns INTEGER NOT NULL, last_received_ns INTEGER NOT NULL,"
    " PRIMARY KEY(sensor, run, first)) WITHOUT ROWID;"
    "CREATE TABLE start("
    " sensor TEXT, run BLOB, base INTEGER NOT NULL,"
    " PRIMARY KEY(sensor, run)) WITHOUT ROWID;"
    /* Messages that could not be decoded when they were to be re-cut. */
    "CREATE TABLE damaged("
    " id INTEGER PRIMARY KEY, sensor TEXT, run BLOB, sequence INTEGER,"
    " received_ns INTEGER, why TEXT, data BLOB);";

static const char *const sql[DAY_STATEMENTS] = {
    [DAY_PUT] =
	"INSERT INTO batch(id, sensor, run, sequence, received_ns, records,"
	" lost, dropped, t_min, t_max, data) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [DAY_START] =
	"INSERT OR IGNORE INTO start(sensor, run, base) VALUES(?,?,?)",
    [DAY_LAST] = "SELECT max(coalesce((SELECT max(id) FROM batch), 0),"
		 " coalesce((SELECT max(last_id) FROM block), 0))",
    [DAY_LOOSE] = "SELECT count(*), coalesce(sum(records), 0) FROM batch",
    [DAY_STARTS] = "SELECT sensor, run, base FROM start",
    [DAY_PARTS] = "SELECT sensor, run, first, last, messages, records, lost,"
		  " dropped, first_received_ns, last_received_ns FROM part",
    [DAY_SEQUENCES] =
	"SELECT sensor, run, sequence, sequence, 1, records, lost, dropped,"
	" received_ns, received_ns FROM batch",
    [DAY_CUT_MEASURE] = "SELECT id, received_ns, records FROM batch"
			" ORDER BY id",
    [DAY_CUT_READ] = "SELECT id, sensor, run, sequence, received_ns, records,"
		     " lost, dropped, data FROM batch WHERE id <= ?"
		     " ORDER BY id",
    [DAY_CUT_DAMAGED] =
	"INSERT INTO damaged SELECT id, sensor, run, sequence, received_ns,"
	" ?, data FROM batch WHERE id = ?",
    [DAY_CUT_BLOCK] =
	"INSERT INTO block(last_id, first_id, messages, records, t_min,"
	" t_max, hosts, data) VALUES(?,?,?,?,?,?,?,?)",
    [DAY_CUT_DELETE] = "DELETE FROM batch WHERE id <= ?",
    [DAY_PART_EXTEND] =
	"UPDATE part SET last = ?4, messages = messages + ?5,"
	" records = records + ?6, lost = lost + ?7, dropped = dropped + ?8,"
	" first_received_ns = min(first_received_ns, ?9),"
	" last_received_ns = max(last_received_ns, ?10)"
	" WHERE sensor = ?1 AND run = ?2 AND last = ?3 - 1 AND first ="
	" (SELECT max(first) FROM part"
	" WHERE sensor = ?1 AND run = ?2 AND first < ?3)",
    [DAY_PART_PUT] =
	"INSERT INTO part(sensor, run, first, last, messages, records, lost,"
	" dropped, first_received_ns, last_received_ns)"
	" VALUES(?,?,?,?,?,?,?,?,?,?)"
	/* A message that was stored twice. */
	" ON CONFLICT DO UPDATE SET last = max(last, excluded.last),"
	" messages = messages + excluded.messages,"
	" records = records + excluded.records, lost = lost + excluded.lost,"
	" dropped = dropped + excluded.dropped, first_received_ns ="
	" min(first_received_ns, excluded.first_received_ns),"
	" last_received_ns = max(last_received_ns,"
	" excluded.last_received_ns)",
    [DAY_SCAN_BLOCKS] =
	"SELECT first_id, last_id, CASE WHEN ?5 THEN hosts END FROM block"
	" WHERE last_id > ?1 AND first_id <= ?2 AND records > 0"
	" AND (t_min IS NULL OR ((?3 IS NULL OR t_max >= ?3)"
	" AND (?4 IS NULL OR t_min < ?4))) ORDER BY last_id",
    [DAY_SCAN_LOOSE] = "SELECT id, sensor, received_ns, data FROM batch"
		       " WHERE id > ?1 AND id <= ?2 AND records > 0"
		       " AND (t_min IS NULL OR ((?3 IS NULL OR t_max >= ?3)"
		       " AND (?4 IS NULL OR t_min < ?4))) ORDER BY id",
};

static const struct db_schema schema = {
    FORMAT, PAGE_BYTES, create, sql, DAY_STATEMENTS, NULL};

/* One number or two; all statements here that answer with one row. */
static int
ask(struct day *d, enum day_statement what, int64_t *a, uint64_t *b,
    struct err *e)
{
	struct query q = query_start(d->db, what);

	if (query_step(&q, e) != 1)
		return -1;
	*a = query_get_i64(&q);
	if (b != NULL)
		*b = query_get_u64(&q);
	query_end(&q);
	return 0;
}

struct day *
day_open(const char *dir, int32_t number, enum db_mode mode, struct err *e)
{
	struct day *d = calloc(1, sizeof(*d));
	char path[PATH_MAX];
	int64_t loose = 0;

	if (d == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	d->number = number;
	day_path(dir, number, path);
	d->db = db_open(path, mode, &schema, e);
	if (d->db == NULL || ask(d, DAY_LAST, &d->last_id, NULL, e) == -1 ||
	    (mode == DB_WRITE &&
		ask(d, DAY_LOOSE, &loose, &d->loose_records, e) == -1)) {
		day_close(d);
		return NULL;
	}
	d->committed_id = d->last_id;
	d->loose_messages = (uint64_t)loose;
	return d;
}

void
day_close(struct day *d)
{
	if (d == NULL)
		return;
	db_close(d->db);
	free(d);
}

int
day_begin(struct day *d, struct err *e)
{
	return db_begin(d->db, e);
}

void
day_extent(const int64_t *time, size_t n, int64_t *t_min, int64_t *t_max)
{
	int64_t low = INT64_MAX, high = TIME_NONE;

	for (size_t i = 0; i < n; i++) {
		low = time[i] < low ? time[i] : low;
		high = time[i] > high ? time[i] : high;
	}
	*t_min = n == 0 ? TIME_NONE : low;
	*t_max = *t_min == TIME_NONE ? TIME_NONE : high;
}

int
day_put(struct day *d, const struct store_item *it, struct err *e)
{
	struct query q = query_start(d->db, DAY_PUT);
	int64_t t_min, t_max;

	day_extent(it->records->time, it->records->n, &t_min, &t_max);
	query_i64(&q, d->last_id + 1);
	query_text(&q, it->sensor);
	query_blob(&q, &it->run, sizeof(it->run));
	query_u64(&q, it->sequence);
	query_i64(&q, it->received_ns);
	query_u64(&q, it->records->n);
	query_u64(&q, it->kernel_lost);
	query_u64(&q, it->dropped);
	query_time(&q, t_min);
	query_time(&q, t_max);
	/* All that a heartbeat says is in the other columns by now. */
	query_blob(&q, it->buf, it->records->n == 0 ? 0 : it->len);
	if (query_run(&q, e) == -1)
		return -1;
	d->last_id++;
	d->put_messages++;
	d->put_records += it->records->n;
	return 0;
}

int
day_put_start(struct day *d, const char *sensor, const struct run_id *run,
    uint64_t base, struct err *e)
{
	struct query q = query_start(d->db, DAY_START);

	query_text(&q, sensor);
	query_blob(&q, run, sizeof(*run));
	query_u64(&q, base);
	return query_run(&q, e);
}

int
day_commit(struct day *d, struct err *e)
{
	if (db_commit(d->db, e) == -1) {
		day_undo(d);
		return -1;
	}
	d->committed_id = d->last_id;
	d->loose_messages += d->put_messages;
	d->loose_records += d->put_records;
	d->put_messages = d->put_records = 0;
	return 0;
}

void
day_undo(struct day *d)
{
	db_undo(d->db);
	d->last_id = d->committed_id;
	d->put_messages = d->put_records = 0;
}

static int
load_starts(struct day *d, struct received *known, struct err *e)
{
	struct query q = query_start(d->db, DAY_STARTS);
	struct run_id run;
	struct received_run *r;
	int rc;

	while ((rc = query_step(&q, e)) == 1) {
		const char *sensor = query_peek_text(&q);

		query_get_bytes(&q, &run, sizeof(run));
		if ((r = received_make(known, sensor, &run)) == NULL) {
			query_end(&q);
			return err_set(e, EX_OSERR, "out of memory");
		}
		/* Later days say what the earlier ones know: the oldest
		 * kept one decides. */
		if (r->day == INT32_MIN && r->done.n == 0)
			r->base = query_get_u64(&q);
	}
	return rc;
}

static int
load_sequences(struct day *d, enum day_statement what, struct received *known,
    struct err *e)
{
	struct query q = query_start(d->db, what);
	struct received_sums sums;
	struct run_id run;
	struct received_run *r;
	int rc;

	while ((rc = query_step(&q, e)) == 1) {
		uint64_t first, last;
		const char *sensor = query_peek_text(&q);

		query_get_bytes(&q, &run, sizeof(run));
		r = received_make(known, sensor, &run);
		first = query_get_u64(&q);
		last = query_get_u64(&q);
		sums.messages = query_get_u64(&q);
		sums.records = query_get_u64(&q);
		sums.lost = query_get_u64(&q);
		sums.dropped = query_get_u64(&q);
		sums.first_received_ns = query_get_i64(&q);
		sums.last_received_ns = query_get_i64(&q);
		if (r == NULL ||
		    received_put(known, r, first, last, &sums) == -1) {
			query_end(&q);
			return err_set(e, EX_OSERR, "out of memory");
		}
	}
	return rc;
}

int
day_load(struct day *d, struct received *known, struct err *e)
{
	/* One snapshot: a message is in one of the two tables. */
	if (db_begin(d->db, e) == -1)
		return -1;
	if (load_starts(d, known, e) == -1 ||
	    load_sequences(d, DAY_PARTS, known, e) == -1 ||
	    load_sequences(d, DAY_SEQUENCES, known, e) == -1) {
		db_undo(d->db);
		received_undo(known);
		return -1;
	}
	received_commit(known, d->number);
	return db_commit(d->db, e);
}
