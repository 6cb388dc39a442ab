/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static size_t
index_of(const struct core *c, const char *name)
{
	const struct site *site = c->config->site;
	const struct sensor_entry *s = site_sensor(site, name);

	return s == NULL ? SIZE_MAX : (size_t)(s - site->sensor);
}

static int
take_state(void *arg, const struct sensor_state *x)
{
	struct core *c = arg;
	size_t i = index_of(c, x->sensor);

	if (i != SIZE_MAX)
		c->sensor[i].state = *x;
	return 0;
}

/* The sums of what the store holds, which a crash cannot get wrong. */
static int
add_run(void *arg, const struct store_run *r)
{
	struct core *c = arg;
	size_t i = index_of(c, r->sensor);
	struct core_sensor *s;

	if (i == SIZE_MAX || !c->sensor[i].recount)
		return 0;
	s = &c->sensor[i];
	s->state.records += r->records;
	s->state.spool_dropped += r->dropped;
	s->state.gaps += r->gaps;
	s->lost += r->kernel_lost;
	return 0;
}

/* The sum over the runs before the newest one of the newest table. */
struct table_sum {
	struct core *c;
	const char *sensor;
	struct run_state run[64]; /* newest last */
	size_t n;
	uint64_t accounted;
};

static int
gather_run(void *arg, const struct run_state *r)
{
	struct table_sum *t = arg;
	size_t most = sizeof(t->run) / sizeof(*t->run);

	if (t->n == most) {
		memmove(t->run, t->run + 1, (most - 1) * sizeof(*t->run));
		t->n--;
	}
	t->run[t->n++] = *r;
	return 0;
}

static bool
same_run(const struct run_id *a, const struct run_id *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int
add_accounted(void *arg, const struct store_run *r)
{
	struct table_sum *t = arg;
	const struct run_state *newest = &t->run[t->n - 1];

	if (strcmp(r->sensor, t->sensor) != 0)
		return 0;
	for (size_t i = 0; i + 1 < t->n; i++)
		if (same_run(&t->run[i].run, &r->run) &&
		    same_run(&t->run[i].table, &newest->table))
			t->accounted +=
			    r->records + r->kernel_lost + r->dropped;
	return 0;
}

/*
 * The agent's rules count whether anybody reads or not.  What they counted
 * before the newest run, less what the runs before it reported, is what
 * nobody will ever report.
 */
static uint64_t
unread(struct core *c, const char *sensor)
{
	struct table_sum *t = calloc(1, sizeof(*t));
	uint64_t counted = 0;
	struct err e;

	if (t == NULL)
		return 0;
	t->c = c;
	t->sensor = sensor;
	if (state_runs(c->state, sensor, gather_run, t, &e) == 0 && t->n > 0 &&
	    store_runs(c->store, add_accounted, t, &e) == 0 &&
	    t->run[t->n - 1].counted_before > t->accounted)
		counted = t->run[t->n - 1].counted_before - t->accounted;
	free(t);
	return counted;
}

static void
recount(struct core *c)
{
	const struct site *site = c->config->site;
	bool any = false;
	struct err e;

	for (size_t i = 0; i < site->n_sensor; i++) {
		struct core_sensor *s = &c->sensor[i];

		if (!s->recount)
			continue;
		any = true;
		s->state.records = s->state.spool_dropped = s->state.gaps = 0;
		s->lost = 0;
		s->unread = unread(c, site->sensor[i].name);
	}
	if (any && store_runs(c->store, add_run, c, &e) == -1)
		log_warn("core", "cannot count: %s", e.text);
	for (size_t i = 0; i < site->n_sensor; i++)
		c->sensor[i].recount = false;
}

int
core_sensors_load(struct core *c, struct err *e)
{
	const struct site *site = c->config->site;

	c->sensor = calloc(site->n_sensor + 1, sizeof(*c->sensor));
	if (c->sensor == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (size_t i = 0; i < site->n_sensor; i++) {
		struct sensor_state *s = &c->sensor[i].state;

		snprintf(
		    s->sensor, sizeof(s->sensor), "%s", site->sensor[i].name);
		snprintf(s->state, sizeof(s->state), "never");
		s->last_seen_ns = TIME_NONE;
	}
	if (state_sensors(c->state, take_state, c, e) == -1)
		return -1;
	for (size_t i = 0; i < site->n_sensor; i++)
		c->sensor[i].recount = c->sensor[i].dirty = true;
	return 0;
}

static int
save_sensor(struct core *c, struct core_sensor *s, struct err *e)
{
	if (!s->dirty)
		return 0;
	s->state.kernel_lost = s->lost + s->unread + s->pending;
	return state_put_sensor(c->state, &s->state, e);
}

static int
save_all(struct core *c, struct err *e)
{
	size_t n = c->config->site->n_sensor;

	if (state_begin(c->state, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (c->sensor[i].said_dirty &&
		    state_put_run(c->state, &c->sensor[i].said, e) == -1)
			return -1;
	recount(c);
	for (size_t i = 0; i < n; i++)
		if (save_sensor(c, &c->sensor[i], e) == -1)
			return -1;
	if (core_refused_save(c, e) == -1)
		return -1;
	return state_commit(c->state, e);
}

void
core_sensors_save(struct core *c)
{
	struct err e;

	if (save_all(c, &e) == -1) {
		state_undo(c->state);
		log_warn("core", "sensors are not saved: %s", e.text);
		return;
	}
	for (size_t i = 0; i < c->config->site->n_sensor; i++)
		c->sensor[i].dirty = c->sensor[i].said_dirty = false;
	core_refused_saved(c);
}

void
core_sensor_seen(struct core *c, size_t sensor, int64_t now_ns)
{
	struct core_sensor *s = &c->sensor[sensor];

	s->state.last_seen_ns = now_ns;
	s->dirty = true;
}

void
core_sensor_run(struct core *c, size_t sensor, const char *address,
    const struct wire_hello *h, int64_t now_ns)
{
	struct core_sensor *s = &c->sensor[sensor];

	s->said = (struct run_state){
	    .run = h->run,
	    .table = h->table,
	    .started_ns = now_ns,
	    .counted_before = h->counted_before,
	};
	snprintf(s->said.sensor, sizeof(s->said.sensor), "%s", s->state.sensor);
	s->said_dirty = true;
	snprintf(s->state.state, sizeof(s->state.state), "up");
	snprintf(
	    s->state.software, sizeof(s->state.software), "%s", h->software);
	snprintf(s->state.rules, sizeof(s->state.rules), "%s", h->rules);
	snprintf(s->state.address, sizeof(s->state.address), "%.63s", address);
	s->state.run = h->run;
	s->state.boot = h->boot;
	s->state.clock_ahead_ns = h->wall_ns - now_ns;
	s->next = 0;
	s->pending = 0;
	s->recount = true;
	core_sensor_seen(c, sensor, now_ns);
}

/* A sequence other than the next one: what is missing must be counted. */
static void
follow(struct core_sensor *s, uint64_t sequence)
{
	if (sequence != s->next)
		s->recount = true;
	s->next = sequence + 1;
}

void
core_sensor_batch(
    struct core *c, size_t sensor, const struct wire_batch *b, bool fresh)
{
	struct core_sensor *s = &c->sensor[sensor];

	follow(s, b->sequence);
	if (!fresh) {
		s->state.duplicates++;
		return;
	}
	s->state.records += b->records.n;
	s->state.spool_dropped += b->dropped;
	s->lost += b->kernel_lost;
}

void
core_sensor_heartbeat(
    struct core *c, size_t sensor, const struct wire_heartbeat *h)
{
	struct core_sensor *s = &c->sensor[sensor];

	follow(s, h->sequence);
	snprintf(s->state.rules, sizeof(s->state.rules), "%s", h->rules);
	s->state.undecoded = h->undecoded;
	s->state.refused = h->refused;
	s->pending = h->pending;
	s->state.queued_messages = h->queued_messages;
	s->state.queued_bytes = h->queued_bytes;
	s->state.clock_ahead_ns = h->wall_ns - clock_wall_ns();
}

void
core_sensors_hang_up(struct core *c)
{
	for (size_t i = 0; i < c->config->site->n_sensor; i++) {
		c->sensor[i].session = 0;
		c->sensor[i].recount = true;
	}
}
