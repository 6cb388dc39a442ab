/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/hosts.h"
#include "aggregator/store/store_internal.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Loose messages are joined up to this many rows a piece: enough that the
 * statements do not count, and little for the reader to wait for. */
#define LOOSE_ROWS 16384

struct store_scan {
	char *dir;
	struct store_query query;
	struct addr *host;
	struct days days;
	size_t next; /* of days: to be opened when 'day' is done */
	struct day *day;
	int64_t at;	      /* id in it that was told last */
	struct store_pos end; /* the last that is told */
	struct workshop shop;
	uint32_t *sensor; /* BLOCK_ROWS_MAX */
};

_Static_assert((int)STORE_COLUMN_time == (int)BLOCK_BIT_TIME, "columns");

/* The newest day's last message. */
static int
find_newest(struct store_scan *sc, struct err *e)
{
	struct days *days = &sc->days;
	struct err own;

	while (days->n > 0) {
		int32_t newest = days->at[days->n - 1].number;
		struct day *d = day_open(sc->dir, newest, DB_READ, &own);

		if (d != NULL) {
			sc->end = (struct store_pos){newest, d->last_id};
			day_close(d);
			return 0;
		}
		/* Just made, or removed meanwhile. */
		if (own.code != EX_NOINPUT)
			return err_set(e, own.code, "%s", own.text);
		days_remove(days, days->n - 1);
	}
	return 0;
}

/* Where the scan ends: what was committed by now, or before that. */
static int
find_end(struct store_scan *sc, struct err *e)
{
	const struct store_pos *until = &sc->query.until;
	struct days *days = &sc->days;

	if (find_newest(sc, e) == -1)
		return -1;
	if (store_pos_cmp(until, &(struct store_pos){0}) > 0 &&
	    store_pos_cmp(until, &sc->end) < 0)
		sc->end = *until;
	while (days->n > 0 && days->at[days->n - 1].number > sc->end.day)
		days_remove(days, days->n - 1);
	return 0;
}

static int
copy_query(struct store_scan *sc, const struct store_query *q, struct err *e)
{
	sc->query = *q;
	if (q->n_host == 0)
		return 0;
	sc->host = calloc(q->n_host, sizeof(*sc->host));
	if (sc->host == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	memcpy(sc->host, q->host, q->n_host * sizeof(*sc->host));
	sc->query.host = sc->host;
	return 0;
}

struct store_scan *
store_scan_open(struct store *s, const struct store_query *q, struct err *e)
{
	struct store_scan *sc = calloc(1, sizeof(*sc));

	if (sc == NULL || (sc->dir = strdup(s->dir)) == NULL ||
	    (sc->sensor = calloc(BLOCK_ROWS_MAX, sizeof(*sc->sensor))) ==
		NULL ||
	    workshop_init(&sc->shop) == -1) {
		err_set(e, EX_OSERR, "out of memory");
		goto fail;
	}
	if (copy_query(sc, q, e) == -1 ||
	    dir_days(sc->dir, &sc->days, e) == -1 || find_end(sc, e) == -1)
		goto fail;
	while (sc->next < sc->days.n &&
	       sc->days.at[sc->next].number < q->after.day)
		sc->next++;
	return sc;
fail:
	store_scan_close(sc);
	return NULL;
}

void
store_scan_close(struct store_scan *sc)
{
	if (sc == NULL)
		return;
	day_close(sc->day);
	days_fini(&sc->days);
	workshop_fini(&sc->shop);
	free(sc->host);
	free(sc->sensor);
	free(sc->dir);
	free(sc);
}

/* The last id of the day being read that the scan may tell. */
static int64_t
end_of(const struct store_scan *sc)
{
	return sc->day->number == sc->end.day ? sc->end.id : INT64_MAX;
}

static void
bind_range(struct query *q, const struct store_scan *sc)
{
	query_i64(q, sc->at);
	query_i64(q, end_of(sc));
	query_time(q, sc->query.since_ns);
	query_time(q, sc->query.until_ns);
}

static bool
may_have_host(const struct store_scan *sc, const uint8_t *filter, size_t len)
{
	if (sc->query.n_host == 0)
		return true;
	for (size_t i = 0; i < sc->query.n_host; i++)
		if (hosts_may_have(filter, len, &sc->host[i]))
			return true;
	return false;
}

static bool
batch_has_host(const struct store_scan *sc, const struct batch *b)
{
	for (size_t i = 0; i < b->n_addr; i++)
		for (size_t k = 0; k < sc->query.n_host; k++)
			if (addr_eq(&b->addr[i], &sc->host[k]))
				return true;
	return sc->query.n_host == 0;
}

/* Rows [from, from + n) of 'b'; the dictionaries stay whole. */
static struct batch
slice(const struct batch *b, size_t from, size_t n)
{
	struct batch s = *b;

	s.n = n;
	if (b->time != NULL)
		s.time = b->time + from;
#define COLUMN(name, type, absent)                                             \
	if (b->name != NULL)                                                   \
		s.name = b->name + from;
#include "common/record_columns.def"
#undef COLUMN
	return s;
}

/*
 * Show the messages of 'rows' with an id above sc->at and up to the scan's
 * end: a block may have been cut around either.  Returns whether there are
 * any.
 */
static bool
show(struct store_scan *sc, const struct block_rows *rows, int64_t last_id,
    struct store_chunk *out)
{
	size_t before = 0, n = 0;
	int64_t end = end_of(sc), received_ns = 0;

	for (size_t i = 0; i < rows->n_message; i++) {
		int64_t id = (int64_t)rows->id[i];

		if (id <= sc->at) {
			before += rows->rows[i];
			continue;
		}
		if (id > end)
			break;
		for (size_t k = 0; k < rows->rows[i]; k++)
			sc->sensor[n + k] = rows->sensor[i];
		n += rows->rows[i];
		received_ns = rows->received_ns[i];
	}
	sc->at = last_id < end ? last_id : end;
	*out = (struct store_chunk){.records = slice(&rows->records, before, n),
	    .sensor = sc->sensor,
	    .sensor_name = rows->sensor_name,
	    .n_sensor = rows->n_sensor,
	    .received_ns = received_ns,
	    .pos = {sc->day->number, sc->at}};
	return n > 0;
}

/* As store_scan_next(), within the day. */
static int
next_block(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	struct query q = query_start(sc->day->db, DAY_SCAN_BLOCKS);
	struct block_rows rows;
	const void *hosts, *data;
	size_t n_hosts, len;
	int rc;

	bind_range(&q, sc);
	while ((rc = query_step(&q, e)) == 1) {
		int64_t last_id;

		query_get_i64(&q); /* first_id */
		last_id = query_get_i64(&q);
		query_get_i64(&q); /* records */
		hosts = query_get_blob(&q, &n_hosts);
		if (!may_have_host(sc, hosts, n_hosts)) {
			sc->at = last_id;
			continue;
		}
		data = query_get_blob(&q, &len);
		rc = block_unpack(
		    sc->shop.block, data, len, sc->query.columns, &rows, e);
		if (rc == -1) {
			err_within(e, "%s: block %lld", db_path(sc->day->db),
			    (long long)last_id);
			query_end(&q);
			return -1;
		}
		if (show(sc, &rows, last_id, out)) {
			query_end(&q);
			return 1;
		}
	}
	return rc;
}

static int
add_loose(struct store_scan *sc, struct query *q, struct err *e)
{
	struct gather_message m = {.id = query_get_i64(q)};
	struct wire_message wire;
	const void *data;
	size_t len;
	int rc;

	m.sensor = query_peek_text(q);
	m.received_ns = query_get_i64(q);
	data = query_get_blob(q, &len);
	if (wire_unpack(sc->shop.wire, data, len, &wire, e) == -1)
		return err_within(e, "%s: message %lld", db_path(sc->day->db),
		    (long long)m.id);
	m.records = &wire.batch.records;
	if (!batch_has_host(sc, m.records))
		return 1;
	rc = gather_put(sc->shop.gather, &m);
	return rc == -1 ? err_set(e, EX_OSERR, "out of memory") : rc;
}

/* As store_scan_next(), within the day. */
static int
next_loose(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	struct query q = query_start(sc->day->db, DAY_SCAN_LOOSE);
	const struct block_rows *rows;
	int rc;

	gather_reset(sc->shop.gather);
	bind_range(&q, sc);
	while ((rc = query_step(&q, e)) == 1) {
		rc = add_loose(sc, &q, e);
		rows = gather_view(sc->shop.gather);
		if (rc != 1 || rows->records.n >= LOOSE_ROWS) {
			query_end(&q);
			break;
		}
	}
	if (rc == -1)
		return -1;
	rows = gather_view(sc->shop.gather);
	if (rows->n_message == 0)
		return 0;
	return show(sc, rows, (int64_t)rows->id[rows->n_message - 1], out);
}

/* Opens the next day; 0 when there is none. */
static int
next_day(struct store_scan *sc, struct err *e)
{
	struct err own;

	day_close(sc->day);
	sc->day = NULL;
	while (sc->next < sc->days.n) {
		int32_t number = sc->days.at[sc->next++].number;

		sc->day = day_open(sc->dir, number, DB_READ, &own);
		if (sc->day != NULL) {
			sc->at = number == sc->query.after.day
				     ? sc->query.after.id
				     : 0;
			return 1;
		}
		/* Removed since the scan began. */
		if (own.code != EX_NOINPUT)
			return err_set(e, own.code, "%s", own.text);
	}
	return 0;
}

/*
 * Blocks come before loose messages.  Both are looked for in one snapshot:
 * between two, the messages could have become a block that was not seen.
 */
static int
next_in_day(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	int rc;

	if (db_begin(sc->day->db, e) == -1)
		return -1;
	rc = next_block(sc, out, e);
	if (rc == 0)
		rc = next_loose(sc, out, e);
	db_undo(sc->day->db);
	return rc;
}

int
store_scan_next(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	int rc;

	for (;;) {
		if (sc->day != NULL && (rc = next_in_day(sc, out, e)) != 0)
			return rc;
		if ((rc = next_day(sc, e)) != 1)
			return rc;
	}
}
