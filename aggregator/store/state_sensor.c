/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"
#include "common/err.h"

#include <stdio.h>
#include <string.h>

/* Refusals of strangers: 10,000 rows of about 100 bytes make a megabyte.
 * What else is refused is counted for "others". */
#define REFUSED_ROWS_MAX 10000
#define OTHERS "others"

/* A restart an hour for half a year is 4,380 runs. */
#define RUNS_MAX 4400

#define ADDRS_TEXT_MAX (SENSOR_ADDRS_MAX * ADDR_TEXT_MAX)

/* Addresses as lines of text, for people who read the table with SQL. */
static const char *
lines_from_addrs(const struct sensor_state *x, char out[static ADDRS_TEXT_MAX])
{
	char one[ADDR_TEXT_MAX];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < x->n_addr && i < SENSOR_ADDRS_MAX; i++)
		len += (size_t)snprintf(out + len, ADDRS_TEXT_MAX - len, "%s%s",
		    i == 0 ? "" : "\n", addr_format(&x->addr[i], one));
	return out;
}

static void
addrs_from_lines(const char *text, struct sensor_state *x)
{
	char one[ADDR_TEXT_MAX];

	while (*text != '\0' && x->n_addr < SENSOR_ADDRS_MAX) {
		size_t len = strcspn(text, "\n");

		snprintf(one, sizeof(one), "%.*s", (int)len, text);
		if (addr_parse(one, &x->addr[x->n_addr]) == 0)
			x->n_addr++;
		text += len + (text[len] == '\n');
	}
}

int
state_put_sensor(struct state *s, const struct sensor_state *x, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_SENSOR);
	char addrs[ADDRS_TEXT_MAX];

	query_text(&q, x->sensor);
	query_text(&q, x->state);
	query_text(&q, x->software);
	query_text(&q, x->rules);
	query_text(&q, x->address);
	query_time(&q, x->last_seen_ns);
	query_blob(&q, &x->run, sizeof(x->run));
	query_blob(&q, &x->boot, sizeof(x->boot));
	query_i64(&q, x->clock_ahead_ns);
	query_u64(&q, x->records);
	query_u64(&q, x->kernel_lost);
	query_u64(&q, x->spool_dropped);
	query_u64(&q, x->gaps);
	query_u64(&q, x->refused);
	query_u64(&q, x->undecoded);
	query_u64(&q, x->duplicates);
	query_u64(&q, x->queued_messages);
	query_u64(&q, x->queued_bytes);
	query_u64(&q, x->expired.records);
	query_u64(&q, x->expired.kernel_lost);
	query_u64(&q, x->expired.dropped);
	query_u64(&q, x->expired.gaps);
	query_text(&q, lines_from_addrs(x, addrs));
	query_time(&q, x->since_ns);
	return query_run(&q, e);
}

static void
get_sensor(struct query *q, struct sensor_state *x)
{
	*x = (struct sensor_state){0};
	query_get_text(q, x->sensor, sizeof(x->sensor));
	query_get_text(q, x->state, sizeof(x->state));
	query_get_text(q, x->software, sizeof(x->software));
	query_get_text(q, x->rules, sizeof(x->rules));
	query_get_text(q, x->address, sizeof(x->address));
	x->last_seen_ns = query_get_time(q);
	query_get_bytes(q, &x->run, sizeof(x->run));
	query_get_bytes(q, &x->boot, sizeof(x->boot));
	x->clock_ahead_ns = query_get_i64(q);
	x->records = query_get_u64(q);
	x->kernel_lost = query_get_u64(q);
	x->spool_dropped = query_get_u64(q);
	x->gaps = query_get_u64(q);
	x->refused = query_get_u64(q);
	x->undecoded = query_get_u64(q);
	x->duplicates = query_get_u64(q);
	x->queued_messages = query_get_u64(q);
	x->queued_bytes = query_get_u64(q);
	x->expired.records = query_get_u64(q);
	x->expired.kernel_lost = query_get_u64(q);
	x->expired.dropped = query_get_u64(q);
	x->expired.gaps = query_get_u64(q);
	addrs_from_lines(query_peek_text(q), x);
	x->since_ns = query_get_time(q);
}

int
state_sensors(struct state *s, state_sensor_fn *fn, void *arg, struct err *e)
{
	struct query q = query_start(s->db, STATE_SENSORS);
	struct sensor_state x;
	int rc;

	while ((rc = query_step(&q, e)) == 1) {
		get_sensor(&q, &x);
		if ((rc = fn(arg, &x)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}

/* Returns whether the row was there, or -1. */
static int
add_refused(struct state *s, const char *why, const char *who, int64_t now_ns,
    uint64_t n, struct err *e)
{
	struct query q = query_start(s->db, STATE_REFUSED_ADD);

	query_text(&q, why);
	query_text(&q, who);
	query_u64(&q, n);
	query_i64(&q, now_ns);
	if (query_run(&q, e) == -1)
		return -1;
	return query_changes(&q) > 0;
}

static int
count_refused_rows(struct state *s, struct err *e)
{
	struct query q;

	if (s->refused_rows >= 0)
		return 0;
	q = query_start(s->db, STATE_REFUSED_COUNT);
	if (query_step(&q, e) != 1)
		return -1;
	s->refused_rows = query_get_i64(&q);
	query_end(&q);
	return 0;
}

int
state_count_refused(struct state *s, const char *why, const char *who,
    int64_t now_ns, uint64_t n, struct err *e)
{
	struct query q;
	int rc = add_refused(s, why, who, now_ns, n, e);

	if (rc != 0)
		return rc == -1 ? -1 : 0;
	if (count_refused_rows(s, e) == -1)
		return -1;
	if (s->refused_rows >= REFUSED_ROWS_MAX) {
		who = OTHERS;
		if ((rc = add_refused(s, why, who, now_ns, n, e)) != 0)
			return rc == -1 ? -1 : 0;
	}
	q = query_start(s->db, STATE_REFUSED_PUT);
	query_text(&q, why);
	query_text(&q, who);
	query_u64(&q, n);
	query_i64(&q, now_ns);
	if (query_run(&q, e) == -1)
		return -1;
	s->refused_rows++;
	return 0;
}

int
state_refused(struct state *s, state_refused_fn *fn, void *arg, struct err *e)
{
	struct query q = query_start(s->db, STATE_REFUSED);
	struct refused_state x = {0};
	int rc;

	while ((rc = query_step(&q, e)) == 1) {
		query_get_text(&q, x.why, sizeof(x.why));
		query_get_text(&q, x.who, sizeof(x.who));
		x.count = query_get_u64(&q);
		x.last_ns = query_get_i64(&q);
		if ((rc = fn(arg, &x)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}

int
state_put_run(struct state *s, const struct run_state *r, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_RUN);

	query_text(&q, r->sensor);
	query_blob(&q, &r->run, sizeof(r->run));
	query_blob(&q, &r->table, sizeof(r->table));
	query_time(&q, r->started_ns);
	query_u64(&q, r->counted_before);
	query_u64(&q, r->accounted);
	query_u64(&q, r->expired);
	query_u64(&q, r->undecoded);
	query_u64(&q, r->unread);
	if (query_run(&q, e) == -1)
		return -1;
	q = query_start(s->db, STATE_FORGET_RUNS);
	query_text(&q, r->sensor);
	query_i64(&q, RUNS_MAX);
	return query_run(&q, e);
}

int
state_runs(struct state *s, const char *sensor, state_run_fn *fn, void *arg,
    struct err *e)
{
	struct query q = query_start(s->db, STATE_RUNS);
	struct run_state r = {0};
	int rc;

	query_text(&q, sensor);
	while ((rc = query_step(&q, e)) == 1) {
		query_get_text(&q, r.sensor, sizeof(r.sensor));
		query_get_bytes(&q, &r.run, sizeof(r.run));
		query_get_bytes(&q, &r.table, sizeof(r.table));
		r.started_ns = query_get_time(&q);
		r.counted_before = query_get_u64(&q);
		r.accounted = query_get_u64(&q);
		r.expired = query_get_u64(&q);
		r.undecoded = query_get_u64(&q);
		r.unread = query_get_u64(&q);
		if ((rc = fn(arg, &r)) != 0) {
			query_end(&q);
			break;
		}
	}
	return rc;
}
