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

	if (i == SIZE_MAX)
		return 0;
	c->sensor[i].state = *x;
	site_alias(c->config->site, x->sensor, x->addr, x->n_addr);
	return 0;
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
		s->last_seen_ns = s->since_ns = TIME_NONE;
	}
	if (state_sensors(c->state, take_state, c, e) == -1)
		return -1;
	for (size_t i = 0; i < site->n_sensor; i++)
		c->sensor[i].recount = c->sensor[i].dirty = true;
	return core_runs_load(c, e);
}

static int
save_sensor(struct core *c, struct core_sensor *s, struct err *e)
{
	if (!s->dirty)
		return 0;
	s->state.kernel_lost = s->lost + s->last[0].unread + s->pending;
	return state_put_sensor(c->state, &s->state, e);
}

static int
save_all(struct core *c, struct err *e)
{
	size_t n = c->config->site->n_sensor;

	if (state_begin(c->state, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (core_runs_save(c, i, e) == -1 ||
		    save_sensor(c, &c->sensor[i], e) == -1)
			return -1;
	if (core_refused_save(c, e) == -1)
		return -1;
	return state_commit(c->state, e);
}

void
core_sensors_save(struct core *c)
{
	struct err e;

	core_runs_recount(c);
	if (save_all(c, &e) == -1) {
		state_undo(c->state);
		log_warn("core", "sensors are not saved: %s", e.text);
		return;
	}
	for (size_t i = 0; i < c->config->site->n_sensor; i++)
		c->sensor[i].dirty = c->sensor[i].last_dirty = false;
	core_refused_saved(c);
}

void
core_sensor_seen(struct core *c, size_t sensor, int64_t now_ns)
{
	struct core_sensor *s = &c->sensor[sensor];

	s->state.last_seen_ns = now_ns;
	s->dirty = true;
}

static void
keep_addresses(struct sensor_state *s, const struct wire_hello *h)
{
	s->n_addr = h->n_addr < SENSOR_ADDRS_MAX ? h->n_addr : SENSOR_ADDRS_MAX;
	if (s->n_addr > 0)
		memcpy(s->addr, h->addr, s->n_addr * sizeof(*s->addr));
}

void
core_sensor_run(struct core *c, size_t sensor, const char *address,
    const struct wire_hello *h, int64_t now_ns)
{
	struct core_sensor *s = &c->sensor[sensor];

	core_runs_hello(c, sensor, h, now_ns);
	snprintf(s->state.state, sizeof(s->state.state), "up");
	snprintf(
	    s->state.software, sizeof(s->state.software), "%s", h->software);
	snprintf(s->state.rules, sizeof(s->state.rules), "%s", h->rules);
	snprintf(s->state.address, sizeof(s->state.address), "%.63s", address);
	if (memcmp(&s->state.run, &h->run, sizeof(h->run)) != 0)
		s->begins = true;
	s->state.run = h->run;
	s->state.boot = h->boot;
	s->state.clock_ahead_ns = h->wall_ns - now_ns;
	keep_addresses(&s->state, h);
	s->next = 0;
	s->pending = 0;
	s->recount = true;
	core_sensor_seen(c, sensor, now_ns);
}

/* A sequence other than the next one: what is missing must be counted. */
static void
follow(struct core *c, size_t sensor, uint64_t sequence, int64_t time_ns)
{
	struct core_sensor *s = &c->sensor[sensor];

	core_covered_run(c, sensor, time_ns);
	if (sequence != s->next)
		s->recount = true;
	if (s->next != 0 && sequence > s->next)
		core_covered_gap(c, sensor, time_ns);
	s->next = sequence + 1;
}

/* When the first record was seen, or the last; now where there is none. */
static int64_t
time_of(const struct batch *b, bool last)
{
	if (b->n == 0 || b->time == NULL ||
	    b->time[last ? b->n - 1 : 0] == TIME_NONE)
		return clock_wall_ns();
	return b->time[last ? b->n - 1 : 0];
}

void
core_sensor_batch(
    struct core *c, size_t sensor, const struct wire_batch *b, bool fresh)
{
	struct core_sensor *s = &c->sensor[sensor];

	follow(c, sensor, b->sequence, time_of(&b->records, false));
	if (!fresh) {
		s->state.duplicates++;
		return;
	}
	if (b->kernel_lost > 0 || b->dropped > 0)
		core_covered_gap(c, sensor, time_of(&b->records, true));
	s->state.records += b->records.n;
	s->state.spool_dropped += b->dropped;
	s->lost += b->kernel_lost;
}

void
core_sensor_heartbeat(
    struct core *c, size_t sensor, const struct wire_heartbeat *h)
{
	struct core_sensor *s = &c->sensor[sensor];

	follow(c, sensor, h->sequence, h->wall_ns);
	core_runs_heartbeat(c, sensor, h);
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
