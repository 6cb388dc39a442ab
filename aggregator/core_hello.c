/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/proc.h"

#include <stdio.h>
#include <string.h>

void
core_send(struct core *c, uint64_t session, const struct wire_message *m)
{
	struct chan *ch = child_chan(c->ingest);
	uint8_t id[8];
	const uint8_t *buf;
	struct err e;
	struct iovec v[2] = {{id, sizeof(id)}, {NULL, 0}};

	if (ch == NULL)
		return;
	v[1].iov_len = wire_pack(c->wire, m, &buf, &e);
	if (v[1].iov_len == 0) {
		log_warn("core", "%s", e.text);
		return;
	}
	v[1].iov_base = (void *)(uintptr_t)buf;
	proc_put_u64(id, session);
	/* When the channel is full the agent sends again after a while. */
	chan_send(ch, PROC_SEND, v, 2);
}

void
core_refuse(struct core *c, uint64_t session, enum wire_refusal_code code,
    const char *reason)
{
	struct wire_message m = {.kind = WIRE_REFUSAL};

	m.refusal.code = code;
	snprintf(m.refusal.reason, sizeof(m.refusal.reason), "%s", reason);
	core_send(c, session, &m);
}

static void
count_refused(
    struct core *c, const char *why, const char *sensor, const char *address)
{
	char who[80];

	snprintf(who, sizeof(who), "%.40s at %.32s", sensor, address);
	core_count_refused(c, why, who);
}

/* Returns whether the two have a version in common; else says so. */
static bool
versions_meet(struct core *c, const char *sensor, uint64_t session,
    const char *address, const struct wire_hello *h)
{
	char reason[256];

	if (h->version_min <= WIRE_VERSION_MAX &&
	    h->version_max >= WIRE_VERSION_MIN)
		return true;
	snprintf(reason, sizeof(reason),
	    "the agent speaks protocol version %u to %u, this aggregator %d to "
	    "%d: upgrade the %s",
	    h->version_min, h->version_max, WIRE_VERSION_MIN, WIRE_VERSION_MAX,
	    h->version_min > WIRE_VERSION_MAX ? "aggregator" : "agent");
	log_warn(
	    "core", "sensor %s at %s refused: %s", sensor, address, reason);
	count_refused(c, "version", sensor, address);
	core_refuse(c, session, REFUSAL_VERSION, reason);
	return false;
}

static bool
name_is_true(struct core *c, const char *sensor, uint64_t session,
    const char *address, const struct wire_hello *h)
{
	char reason[256];

	if (h->sensor[0] == '\0' || strcmp(h->sensor, sensor) == 0)
		return true;
	snprintf(reason, sizeof(reason),
	    "the key belongs to sensor \"%s\", the agent says it is \"%.*s\"",
	    sensor, SITE_NAME_MAX, h->sensor);
	log_warn_limited(
	    &c->limit, "core", "sensor at %s refused: %s", address, reason);
	count_refused(c, "wrong-name", sensor, address);
	core_refuse(c, session, REFUSAL_NAME, reason);
	return false;
}

static void
welcome(struct core *c, uint64_t session)
{
	struct wire_message m = {.kind = WIRE_WELCOME};

	m.welcome.version = WIRE_VERSION_MAX;
	m.welcome.window = CORE_WINDOW;
	snprintf(m.welcome.software, sizeof(m.welcome.software),
	    "synhive-aggregator %s", VERSION);
	core_send(c, session, &m);
}

/*
 * A new run costs a row for ever, so a sensor may begin so many at once and
 * then one every few seconds: an agent that crashes in a loop is let in, one
 * that makes runs for a living waits.
 */
#define RUNS_AT_ONCE 20
#define RUN_EVERY_NS (3 * NS_PER_SEC)

static bool
may_begin(struct core_sensor *s, const struct run_id *run)
{
	int64_t now = clock_mono_ns();

	if (memcmp(&s->run, run, sizeof(*run)) == 0)
		return true;
	if (s->runs_until_ns - now > RUNS_AT_ONCE * RUN_EVERY_NS)
		return false;
	if (s->runs_until_ns < now)
		s->runs_until_ns = now;
	s->runs_until_ns += RUN_EVERY_NS;
	return true;
}

void
core_hello(struct core *c, size_t sensor, uint64_t session, const char *address,
    const struct wire_hello *h)
{
	struct site *site = c->config->site;
	const char *name = site->sensor[sensor].name;
	int64_t now = clock_wall_ns();

	if (!versions_meet(c, name, session, address, h) ||
	    !name_is_true(c, name, session, address, h))
		return;
	if (c->sensor[sensor].session == session &&
	    memcmp(&c->sensor[sensor].run, &h->run, sizeof(h->run)) == 0)
		return; /* said twice */
	if (!may_begin(&c->sensor[sensor], &h->run)) {
		count_refused(c, "too-many-runs", name, address);
		core_refuse(c, session, REFUSAL_UNKNOWN,
		    "too many runs were begun with this key");
		return;
	}
	if (c->stalled) {
		core_refuse(c, session, REFUSAL_UNKNOWN,
		    "the aggregator cannot store at the moment");
		return;
	}
	c->sensor[sensor].session = session;
	c->sensor[sensor].run = h->run;
	core_sensor_run(c, sensor, address, h, now);
	site_alias(site, name, h->addr, h->n_addr);
	if (log_allowed(&c->limit, "core"))
		log_info("core", "sensor %s connected from %s (%s)", name,
		    address, h->software);
	welcome(c, session);
}
