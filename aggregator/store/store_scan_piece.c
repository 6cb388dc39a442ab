/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/blob.h"
#include "aggregator/store/hosts.h"
#include "aggregator/store/store_scan_internal.h"
#include "common/err.h"
#include "common/log.h"
#include "common/ports.h"

#include <sysexits.h>

/* Loose messages are joined up to this many rows a piece: enough that the
 * statements do not count, and little for the reader to wait for. */
#define LOOSE_ROWS 16384

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

/* The sensor of each row. */
static void
lay_out_sensors(struct store_scan *sc, const struct block_rows *rows)
{
	size_t at = 0;

	for (size_t i = 0; i < rows->n_message; i++)
		for (size_t k = 0; k < rows->rows[i]; k++)
			sc->sensor[at++] = rows->sensor[i];
}

static size_t
count_ones(const uint8_t *m, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += m[i];
	return count;
}

/*
 * Show the messages of 'rows' with an id above sc->at and up to the scan's
 * end: a block may have been cut around either.  Returns whether there are
 * any.  sc->match is that of 'rows' when there is a filter.
 */
static bool
show(struct store_scan *sc, const struct block_rows *rows, int64_t last_id,
    struct store_chunk *out)
{
	int64_t end = end_of(sc), received_ns = 0;
	size_t before = 0, n = 0, first = 0, messages = 0;

	for (size_t i = 0; i < rows->n_message; i++) {
		int64_t id = (int64_t)rows->id[i];

		if (id <= sc->at) {
			before += rows->rows[i];
			first++;
		} else if (id <= end) {
			n += rows->rows[i];
			messages++;
			received_ns = rows->received_ns[i];
		}
	}
	if ((sc->query.columns & STORE_WANT_NOTHING) == 0)
		lay_out_sensors(sc, rows);
	sc->at = last_id < end ? last_id : end;
	*out = (struct store_chunk){.records = slice(&rows->records, before, n),
	    .sensor = sc->sensor + before,
	    .sensor_name = rows->sensor_name,
	    .n_sensor = rows->n_sensor,
	    .matched = n,
	    .id = rows->id + first,
	    .rows = rows->rows + first,
	    .n_message = messages,
	    .received_ns = received_ns,
	    .pos = {sc->day->number, sc->at}};
	if (sc->filter != NULL) {
		out->match = sc->match + before;
		out->known = sc->known;
		out->matched = sc->matched;
		if (n < rows->records.n)
			out->matched = count_ones(out->match, n);
	}
	return n > 0 && (out->matched > 0 || sc->query.whole);
}

/* Which rows are meant, into sc->match.  Returns whether any is, or needs to
 * be shown nevertheless. */
static bool
select_rows(struct store_scan *sc, const struct block_rows *rows)
{
	struct rows r = {
	    &rows->records, sc->sensor, rows->sensor_name, rows->n_sensor};

	if (filter_rows_needs_sensors(sc->filter))
		lay_out_sensors(sc, rows);
	sc->matched = filter_rows_match(sc->filter, &r, sc->match);
	sc->known = !sc->query.whole || filter_rows_know(sc->filter, &r);
	return sc->matched > 0 || sc->query.whole;
}

/*
 * Bytes that cannot be decoded are gone, the others are not: 0 unless memory
 * is out.  A message may be met again behind the end of a piece.
 */
static int
pass_over(struct store_scan *sc, const char *what, int64_t id, struct err *e)
{
	struct store_pos pos = {sc->day->number, id};

	if (e->code == EX_OSERR)
		return err_within(e, "%s: %s %lld", db_path(sc->day->db), what,
		    (long long)id);
	if (store_pos_cmp(&pos, &sc->last_damaged) <= 0)
		return 0;
	sc->last_damaged = pos;
	if (sc->damaged++ == 0)
		log_warn("store", "%s: %s %lld left out: %s",
		    db_path(sc->day->db), what, (long long)id, e->text);
	return 0;
}

/* A block's bytes, and who counts them. */
struct reading {
	struct store_scan *scan;
	struct blob blob;
};

static const void *
get_bytes(void *arg, size_t at, size_t len, void *room, struct err *e)
{
	struct reading *r = arg;

	r->scan->taken += len;
	return blob_read(&r->blob, at, len, room, e) == -1 ? NULL : room;
}

/*
 * What is looked at first: with a filter no more than it asks for.  Returns 1
 * with that in 'rows', 0 when no row is meant, -1 with 'e'.
 */
static int
look_at_block(struct store_scan *sc, struct block_rows *rows, struct err *e)
{
	struct block *b = sc->shop.block;
	struct addr_words words;
	struct ports ports;
	int sorted = 0, told = 0;
	uint32_t want;

	if (sc->filter == NULL)
		return 1;
	if (filter_rows_asks_ports(sc->filter) &&
	    (told = block_ports(b, &ports, e)) == -1)
		return -1;
	if (filter_rows_asks_addrs(sc->filter) &&
	    (sorted = block_words(b, &words, e)) == -1)
		return -1;
	if (!filter_rows_bind(sc->filter, sorted == 1 ? &words : NULL,
		told == 1 ? &ports : NULL) &&
	    !sc->query.whole)
		return 0;
	want = filter_rows_columns(sc->filter);
	if (sorted == 1 && !filter_rows_needs_addrs(sc->filter))
		want |= BLOCK_AS_WORDS;
	if (block_more(b, want, rows, e) == -1)
		return -1;
	return select_rows(sc, rows) ? 1 : 0;
}

/* The columns that the reader wants; of rows none of which is meant, those by
 * which that was found. */
static uint32_t
wanted(const struct store_scan *sc)
{
	if (sc->filter != NULL && sc->matched == 0)
		return filter_rows_columns(sc->filter) | BLOCK_WANT_TIME |
		       BLOCK_WANT(src) | BLOCK_WANT(dst);
	if (sc->query.columns == 0)
		return BLOCK_WANT_ALL;
	return sc->query.columns & BLOCK_WANT_ALL;
}

/* As look_at_block(), with all that is wanted; -2 when it is the file that
 * cannot be read. */
static int
read_block(
    struct store_scan *sc, int64_t id, struct block_rows *rows, struct err *e)
{
	struct reading r = {.scan = sc};
	struct block_bytes from = {.get = get_bytes, .arg = &r};
	int rc = -1;

	if (blob_open(&r.blob, sc->day->db, "block", "data", id, e) == -1)
		return -2;
	from.len = r.blob.len;
	if (block_begin(sc->shop.block, &from, e) == 0)
		rc = look_at_block(sc, rows, e);
	if (rc == 1 && block_more(sc->shop.block, wanted(sc), rows, e) == -1)
		rc = -1;
	blob_close(&r.blob);
	return r.blob.failed ? -2 : rc;
}

/* When numbers are all that is wanted, those of several blocks are told at
 * once.  Returns whether it is so. */
static bool
add_up(const struct store_scan *sc, struct store_chunk *sum,
    const struct store_chunk *one)
{
	size_t rows = sum->records.n, matched = sum->matched;

	if ((sc->query.columns & STORE_WANT_NOTHING) == 0 || sc->query.whole)
		return false;
	*sum = *one;
	sum->records.n += rows;
	sum->matched += matched;
	return true;
}

int
scan_next_block(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	struct query q = query_start(sc->day->db, DAY_SCAN_BLOCKS);
	struct block_rows rows;
	struct store_chunk sum = {0};
	const void *hosts;
	size_t n_hosts;
	int rc;

	bind_range(&q, sc);
	query_i64(&q, sc->query.n_host > 0);
	while ((rc = query_step(&q, e)) == 1) {
		int64_t last_id;

		query_get_i64(&q); /* first_id */
		last_id = query_get_i64(&q);
		hosts = query_get_blob(&q, &n_hosts);
		rc = may_have_host(sc, hosts, n_hosts)
			 ? read_block(sc, last_id, &rows, e)
			 : 0;
		if (rc == -2 ||
		    (rc == -1 && pass_over(sc, "block", last_id, e) == -1)) {
			query_end(&q);
			return -1;
		}
		if (rc == 1 && show(sc, &rows, last_id, out) &&
		    !add_up(sc, &sum, out)) {
			query_end(&q);
			return 1;
		}
		sc->at = last_id;
		if (sc->taken >= SCAN_TAKEN_MAX) {
			query_end(&q);
			break;
		}
	}
	if (rc == -1 || sum.records.n == 0)
		return rc == -1 ? -1 : sc->taken >= SCAN_TAKEN_MAX ? 2 : 0;
	*out = sum;
	return 1;
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
	if (store_unpack(sc->shop.wire, data, len, &wire, e) == -1)
		return pass_over(sc, "message", m.id, e) == -1 ? -1 : 1;
	m.records = &wire.batch.records;
	if (!batch_has_host(sc, m.records))
		return 1;
	rc = gather_put(sc->shop.gather, &m);
	return rc == -1 ? err_set(e, EX_OSERR, "out of memory") : rc;
}

/* 1: there were some, 'shown' or not; 0: no more; -1 with 'e'. */
static int
gather_loose(
    struct store_scan *sc, struct store_chunk *out, bool *shown, struct err *e)
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
	if (sc->filter != NULL) {
		filter_rows_bind(sc->filter, NULL, NULL);
		select_rows(sc, rows);
	}
	*shown = show(sc, rows, (int64_t)rows->id[rows->n_message - 1], out);
	return 1;
}

int
scan_next_loose(struct store_scan *sc, struct store_chunk *out, struct err *e)
{
	bool shown = false;
	int rc;

	do
		rc = gather_loose(sc, out, &shown, e);
	while (rc == 1 && !shown);
	return rc;
}
