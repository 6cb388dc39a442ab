/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/hosts.h"
#include "aggregator/store/store_internal.h"
#include "common/err.h"
#include "common/log.h"

#include <stdlib.h>
#include <sysexits.h>

/* A finished day that somebody reads is tried again after this. */
#define FINISH_RETRY_NS (60 * NS_PER_SEC)

/* One block that is being made from a day's oldest loose messages. */
struct cut {
	struct day *day;
	struct workshop *shop;
	struct received *runs; /* what is in it, of each run */
	int64_t first_id, last_id;
	uint64_t messages, records;
};

/*
 * How far the next block reaches: '*last_id' 0 for nowhere.  Only messages
 * received before 'before_ns', and a full block unless the day is over.
 */
static int
measure(struct day *d, bool over, int64_t before_ns, int64_t *last_id,
    struct err *e)
{
	struct query q;
	uint64_t messages = 0, records = 0;
	bool full = false;
	int rc;

	*last_id = 0;
	if (!over && d->loose_records < BLOCK_ROWS_MAX &&
	    d->loose_messages < BLOCK_MESSAGES_MAX)
		return 0;
	q = query_start(d->db, DAY_CUT_MEASURE);
	while ((rc = query_step(&q, e)) == 1) {
		int64_t id = query_get_i64(&q);
		bool young = query_get_i64(&q) >= before_ns;

		records += query_get_u64(&q);
		full =
		    records > BLOCK_ROWS_MAX || messages == BLOCK_MESSAGES_MAX;
		if (full || young)
			break;
		*last_id = id;
		messages++;
	}
	if (rc == 1)
		query_end(&q);
	if (!full && !over)
		*last_id = 0;
	return rc == -1 ? -1 : 0;
}

/* Out of the way, but not thrown away. */
static int
set_aside(struct cut *c, int64_t id, const char *sensor, const struct err *why,
    struct err *e)
{
	struct query q = query_start(c->day->db, DAY_CUT_DAMAGED);

	log_warn("store", "%s: message %lld of %s set aside: %s",
	    db_path(c->day->db), (long long)id, sensor, why->text);
	query_text(&q, why->text);
	query_i64(&q, id);
	return query_run(&q, e);
}

/* 1: it is in; 0: the block is full; -1 with 'e'. */
static int
add_records(struct cut *c, struct gather_message *m, const void *data,
    size_t len, struct err *e)
{
	struct wire_message wire;
	struct err why;
	int rc;

	if (store_unpack(c->shop->wire, data, len, &wire, &why) == -1)
		return set_aside(c, m->id, m->sensor, &why, e) == -1 ? -1 : 1;
	m->records = &wire.batch.records;
	rc = gather_put(c->shop->gather, m);
	return rc == -1 ? err_set(e, EX_OSERR, "out of memory") : rc;
}

/* The row that 'q' stands on.  As add_records(). */
static int
add_message(struct cut *c, struct query *q, struct err *e)
{
	struct gather_message m = {.id = query_get_i64(q)};
	struct received_sums sums = {.messages = 1};
	struct run_id run;
	struct received_run *r;
	uint64_t sequence;
	const void *data;
	size_t len;
	int rc;

	m.sensor = query_peek_text(q);
	query_get_bytes(q, &run, sizeof(run));
	sequence = query_get_u64(q);
	m.received_ns = query_get_i64(q);
	sums.first_received_ns = sums.last_received_ns = m.received_ns;
	sums.records = query_get_u64(q);
	sums.lost = query_get_u64(q);
	sums.dropped = query_get_u64(q);
	data = query_get_blob(q, &len);
	if (sums.records > 0 && (rc = add_records(c, &m, data, len, e)) != 1)
		return rc;
	r = received_make(c->runs, m.sensor, &run);
	if (r == NULL ||
	    received_put(c->runs, r, sequence, sequence, &sums) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	c->records += sums.records;
	if (c->messages++ == 0)
		c->first_id = m.id;
	c->last_id = m.id;
	return 1;
}

static int
read_messages(struct cut *c, int64_t last_id, struct err *e)
{
	struct query q = query_start(c->day->db, DAY_CUT_READ);
	int rc;

	query_i64(&q, last_id);
	while ((rc = query_step(&q, e)) == 1)
		if ((rc = add_message(c, &q, e)) != 1) {
			query_end(&q);
			break;
		}
	return rc;
}

static int
write_block(struct cut *c, const struct block_rows *rows, struct err *e)
{
	const struct batch *b = &rows->records;
	struct query q = query_start(c->day->db, DAY_CUT_BLOCK);
	size_t hosts = hosts_bytes(b->n_addr), len = 0;
	const uint8_t *data = NULL;
	uint8_t *filter = malloc(hosts + 1);
	int64_t t_min, t_max;
	int rc;

	if (filter == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	/* A block of nothing but heartbeats keeps their ids from being used
	 * again. */
	if (b->n > 0 &&
	    (len = block_pack(c->shop->block, rows, &data, e)) == 0) {
		free(filter);
		return -1;
	}
	hosts_fill(filter, b->addr, b->n_addr);
	day_extent(b->time, b->n, &t_min, &t_max);
	query_i64(&q, c->last_id);
	query_i64(&q, c->first_id);
	query_u64(&q, c->messages);
	query_u64(&q, b->n);
	query_time(&q, t_min);
	query_time(&q, t_max);
	query_blob(&q, filter, hosts);
	query_blob(&q, data, len);
	rc = query_run(&q, e);
	free(filter);
	return rc;
}

static int
write_part(struct day *d, enum day_statement what, const struct received_run *r,
    const struct range *range, const struct received_sums *sums,
    uint64_t *changes, struct err *e)
{
	struct query q = query_start(d->db, what);

	query_text(&q, r->sensor);
	query_blob(&q, &r->run, sizeof(r->run));
	query_u64(&q, range->first);
	query_u64(&q, range->last);
	query_u64(&q, sums->messages);
	query_u64(&q, sums->records);
	query_u64(&q, sums->lost);
	query_u64(&q, sums->dropped);
	query_i64(&q, sums->first_received_ns);
	query_i64(&q, sums->last_received_ns);
	if (query_run(&q, e) == -1)
		return -1;
	*changes = query_changes(&q);
	return 0;
}

struct part_writer {
	struct day *day;
	struct err *e;
};

/* A run's sequences; the sums go with the first range. */
static int
write_parts(void *arg, const struct received_run *r)
{
	const struct part_writer *w = arg;
	struct received_sums sums = r->done_sums;
	uint64_t changes;

	for (size_t i = 0; i < r->done.n; i++) {
		const struct range *range = &r->done.at[i];

		if (write_part(w->day, DAY_PART_EXTEND, r, range, &sums,
			&changes, w->e) == -1)
			return -1;
		if (changes == 0 && write_part(w->day, DAY_PART_PUT, r, range,
					&sums, &changes, w->e) == -1)
			return -1;
		sums.messages = sums.records = sums.lost = sums.dropped = 0;
	}
	return 0;
}

/* All within one transaction: a reader sees the messages or the block. */
static int
cut_block(struct cut *c, int64_t last_id, struct err *e)
{
	struct part_writer parts = {c->day, e};
	struct query q;

	if (read_messages(c, last_id, e) == -1)
		return -1;
	if (gather_sort(c->shop->gather) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	if (write_block(c, gather_view(c->shop->gather), e) == -1)
		return -1;
	received_commit(c->runs, c->day->number);
	if (received_each(c->runs, write_parts, &parts) == -1)
		return -1;
	q = query_start(c->day->db, DAY_CUT_DELETE);
	query_i64(&q, c->last_id);
	return query_run(&q, e);
}

static int
cut(struct store *s, struct day *d, int64_t last_id, struct err *e)
{
	struct cut c = {.day = d, .shop = &s->shop};
	int rc = -1;

	if (!s->shop_made && workshop_init(&s->shop) == -1) {
		workshop_fini(&s->shop);
		return err_set(e, EX_OSERR, "out of memory");
	}
	s->shop_made = true;
	gather_reset(s->shop.gather);
	if ((c.runs = received_new()) == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	if (db_begin(d->db, e) == 0) {
		rc = cut_block(&c, last_id, e);
		if (rc == 0)
			rc = db_commit(d->db, e);
		if (rc == -1)
			db_undo(d->db);
	}
	received_free(c.runs);
	if (rc == -1)
		return -1;
	d->loose_messages -= c.messages;
	d->loose_records -= c.records;
	return 1;
}

/* A day to which nothing will be added and of which all is in blocks. */
static int
finish(struct store *s, struct day_entry *entry, int64_t now_ns, struct err *e)
{
	int rc;

	if (now_ns < s->finish_after_ns)
		return 0;
	rc = db_finish(s->old->db, e);
	if (rc == 1) {
		entry->finished = true;
		day_close(s->old);
		s->old = NULL;
	} else {
		s->finish_after_ns = now_ns + FINISH_RETRY_NS;
	}
	return rc == -1 ? -1 : 0;
}

/* As store_recut(), for one day. */
static int
recut_day(struct store *s, struct day_entry *entry, int64_t now_ns,
    int64_t min_age_ns, struct err *e)
{
	bool newest = entry == &s->days.at[s->days.n - 1];
	bool over = !newest || entry->number < day_of(now_ns);
	struct day *d;
	int64_t last_id;

	if (entry->finished && !newest)
		return 0;
	if ((d = store_day(s, entry->number, e)) == NULL ||
	    measure(d, over, now_ns - min_age_ns, &last_id, e) == -1)
		return -1;
	if (last_id > 0)
		return cut(s, d, last_id, e);
	if (!newest && d->loose_messages == 0)
		return finish(s, entry, now_ns, e);
	return 0;
}

int
store_recut(struct store *s, int64_t now_ns, int64_t min_age_ns, struct err *e)
{
	bool failed = false;
	struct err own;
	int rc = 0;

	if (s->open)
		return err_set(e, EX_SOFTWARE, "a transaction is open");
	for (size_t i = 0; i < s->days.n && rc != 1; i++) {
		rc = recut_day(s, &s->days.at[i], now_ns, min_age_ns, &own);
		if (rc == -1 && !failed) {
			err_set(e, own.code, "%s", own.text);
			failed = true;
		}
	}
	return failed ? -1 : rc;
}
