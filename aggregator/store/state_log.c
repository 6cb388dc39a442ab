/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"
#include "common/err.h"

/* A subscriber who was away may always ask for this many. */
#define LOG_KEPT 10000

/* Forgotten in one call: about 10 us each, 100 ms. */
#define LOG_FORGET_MAX 10000

uint64_t
state_log(struct state *s, const char *topic, const char *json, const void *pb,
    size_t pb_len, int64_t now_ns, struct err *e)
{
	struct query q = query_start(s->db, STATE_LOG);

	query_u64(&q, s->last + 1);
	query_i64(&q, now_ns);
	query_text(&q, topic);
	query_text(&q, json);
	query_blob(&q, pb, pb_len);
	if (query_run(&q, e) == -1)
		return 0;
	s->last++;
	if (!s->open)
		s->last_committed = s->last;
	return s->last;
}

int
state_log_after(struct state *s, uint64_t sequence, size_t max,
    state_log_fn *fn, void *arg, struct err *e)
{
	struct query q = query_start(s->db, STATE_LOG_AFTER);
	struct log_entry x;
	int rc;

	query_u64(&q, sequence > INT64_MAX ? INT64_MAX : sequence);
	query_u64(&q, max > INT64_MAX ? INT64_MAX : max);
	while ((rc = query_step(&q, e)) == 1) {
		x.sequence = query_get_u64(&q);
		x.time_ns = query_get_i64(&q);
		x.topic = query_peek_text(&q);
		x.json = query_peek_text(&q);
		x.pb = query_get_blob(&q, &x.pb_len);
		if ((rc = fn(arg, &x)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}

uint64_t
state_log_last(struct state *s)
{
	struct query q;

	if (s->mode == STORE_WRITE)
		return s->last;
	/* A reader's is what the writer committed meanwhile. */
	q = query_start(s->db, STATE_LOG_LAST);
	if (query_step(&q, NULL) == 1) {
		s->last = query_get_u64(&q);
		query_end(&q);
	}
	return s->last;
}

int
state_log_expire(struct state *s, int64_t before_ns, struct err *e)
{
	struct query q = query_start(s->db, STATE_LOG_EXPIRE);

	if (s->last <= LOG_KEPT)
		return 0;
	query_u64(&q, s->last - LOG_KEPT);
	query_i64(&q, before_ns);
	query_i64(&q, LOG_FORGET_MAX);
	return query_run(&q, e);
}
