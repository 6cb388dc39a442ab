/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/*
 * The agent's rules count whether anybody reads or not.  What they counted
 * between the Hello of one run and that of the next, less what the former
 * accounted for, is what nobody will ever report.  The sum goes from run to
 * run, so that two of them are enough to know: late messages come of the run
 * before the newest at most.
 */

static int
take_run(void *arg, const struct run_state *r)
{
	struct core_sensor *s = arg;

	s->last[1] = s->last[0];
	s->last[0] = *r;
	s->n_last += s->n_last < 2;
	return 0;
}

int
core_runs_load(struct core *c, struct err *e)
{
	for (size_t i = 0; i < c->config->site->n_sensor; i++) {
		struct core_sensor *s = &c->sensor[i];

		if (state_runs(c->state, s->state.sensor, take_run, s, e) == -1)
			return -1;
	}
	return 0;
}

/* What the store has of what the run read. */
static uint64_t
stored(const struct core *c, const struct run_state *r)
{
	struct store_run x;

	if (!store_run_get(c->store, r->sensor, &r->run, &x))
		return 0;
	return x.records + x.kernel_lost + x.dropped;
}

static uint64_t
unread(const struct run_state *before, const struct run_state *r)
{
	uint64_t known;

	if (before == NULL)
		return r->counted_before;
	if (memcmp(&before->table, &r->table, sizeof(r->table)) != 0)
		return before->unread + r->counted_before;
	known = before->counted_before + before->accounted;
	return before->unread +
	       (r->counted_before > known ? r->counted_before - known : 0);
}

/* Messages arrived since. */
static void
update(struct core *c, struct core_sensor *s)
{
	uint64_t lost;

	for (size_t i = 0; i < s->n_last; i++) {
		struct run_state *r = &s->last[i];
		uint64_t known = r->expired + stored(c, r) + r->undecoded;

		s->last_dirty |= known > r->accounted;
		if (known > r->accounted)
			r->accounted = known;
	}
	if (s->n_last == 0)
		return;
	lost = unread(s->n_last == 2 ? &s->last[1] : NULL, &s->last[0]);
	s->last_dirty |= lost != s->last[0].unread;
	s->last[0].unread = lost;
}

static struct run_state *
find(struct core_sensor *s, const struct run_id *run)
{
	for (size_t i = 0; i < s->n_last; i++)
		if (memcmp(&s->last[i].run, run, sizeof(*run)) == 0)
			return &s->last[i];
	return NULL;
}

void
core_runs_hello(
    struct core *c, size_t sensor, const struct wire_hello *h, int64_t now_ns)
{
	struct core_sensor *s = &c->sensor[sensor];
	struct run_state *r = find(s, &h->run);

	if (r == NULL) {
		struct run_state made = {.run = h->run};

		update(c, s);
		snprintf(
		    made.sensor, sizeof(made.sensor), "%s", s->state.sensor);
		take_run(s, &made);
		r = &s->last[0];
	}
	r->table = h->table;
	r->started_ns = now_ns;
	r->counted_before = h->counted_before;
	s->last_dirty = true;
}

void
core_runs_heartbeat(
    struct core *c, size_t sensor, const struct wire_heartbeat *h)
{
	struct core_sensor *s = &c->sensor[sensor];
	struct run_state *r = find(s, &h->run);
	uint64_t told = h->records + h->kernel_lost + h->dropped + h->undecoded;

	if (r == NULL)
		return;
	s->last_dirty |= r->undecoded != h->undecoded;
	r->undecoded = h->undecoded;
	/* What was refused was read, and is not in the store. */
	if (h->refused > 0 && told > r->accounted) {
		r->accounted = told;
		s->last_dirty = true;
	}
}

/* In the order in which they began. */
int
core_runs_save(struct core *c, size_t sensor, struct err *e)
{
	struct core_sensor *s = &c->sensor[sensor];

	for (size_t i = s->n_last; s->last_dirty && i-- > 0;)
		if (state_put_run(c->state, &s->last[i], e) == -1)
			return -1;
	return 0;
}

/* What the store knows of a sensor. */
struct sums {
	struct sensor_expired all;
	uint64_t last[2]; /* of its newest runs */
};

struct summing {
	const struct core *c;
	struct sums *of; /* by sensor */
};

/* A crash cannot get wrong what the store holds. */
static int
add_run(void *arg, const struct store_run *r)
{
	struct summing *x = arg;
	const struct site *site = x->c->config->site;
	const struct sensor_entry *of = site_sensor(site, r->sensor);
	struct sensor_expired *sum;

	if (of == NULL)
		return 0;
	sum = &x->of[of - site->sensor].all;
	sum->records += r->records;
	sum->kernel_lost += r->kernel_lost;
	sum->dropped += r->dropped;
	sum->gaps += r->gaps;
	return 0;
}

/* By sensor; to be freed.  NULL with 'e'. */
static struct sums *
sums_new(const struct core *c, struct err *e)
{
	size_t n = c->config->site->n_sensor;
	struct summing x = {c, calloc(n + 1, sizeof(*x.of))};

	if (x.of == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	if (store_runs(c->store, add_run, &x, e) == -1) {
		free(x.of);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < c->sensor[i].n_last; k++)
			x.of[i].last[k] = stored(c, &c->sensor[i].last[k]);
	return x.of;
}

static void
recount(struct core *c, size_t sensor, const struct sensor_expired *sum)
{
	struct core_sensor *s = &c->sensor[sensor];
	const struct sensor_expired *gone = &s->state.expired;

	update(c, s);
	s->state.records = gone->records + sum->records;
	s->state.spool_dropped = gone->dropped + sum->dropped;
	if (gone->gaps + sum->gaps > s->state.gaps)
		core_covered_gap(c, sensor, clock_wall_ns());
	s->state.gaps = gone->gaps + sum->gaps;
	s->lost = gone->kernel_lost + sum->kernel_lost;
	s->recount = false;
	s->dirty = true;
}

void
core_runs_recount(struct core *c)
{
	size_t n = c->config->site->n_sensor, i = 0;
	struct sums *sums;
	struct err e;

	while (i < n && !c->sensor[i].recount)
		i++;
	if (i == n)
		return;
	if ((sums = sums_new(c, &e)) == NULL) {
		log_warn("core", "cannot count: %s", e.text);
		return;
	}
	for (; i < n; i++)
		if (c->sensor[i].recount)
			recount(c, i, &sums[i].all);
	free(sums);
}

/* What the store knew before and does not after is kept by us. */
static void
add_expired(
    struct core_sensor *s, const struct sums *before, const struct sums *after)
{
	struct sensor_expired *gone = &s->state.expired;

	gone->records += before->all.records - after->all.records;
	gone->kernel_lost += before->all.kernel_lost - after->all.kernel_lost;
	gone->dropped += before->all.dropped - after->all.dropped;
	gone->gaps += before->all.gaps - after->all.gaps;
	for (size_t k = 0; k < s->n_last; k++)
		s->last[k].expired += before->last[k] - after->last[k];
	s->last_dirty = s->recount = true;
}

int
core_expire(struct core *c, int64_t now_ns, struct err *e)
{
	struct sums *before = sums_new(c, e), *after = NULL;
	int rc = -1;

	if (before != NULL)
		rc = store_expire(c->store, now_ns, c->config->keep_days, e);
	if (rc == 1 && (after = sums_new(c, e)) == NULL)
		rc = -1;
	if (rc == 1) {
		for (size_t i = 0; i < c->config->site->n_sensor; i++)
			add_expired(&c->sensor[i], &before[i], &after[i]);
		core_sensors_save(c);
	}
	free(before);
	free(after);
	return rc;
}
