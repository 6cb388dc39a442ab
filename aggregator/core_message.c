/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/proc.h"
#include "common/rd.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define RETRY_NS NS_PER_SEC

struct incoming {
	uint64_t session;
	char sensor[SITE_NAME_MAX], address[64];
	const uint8_t *buf;
	size_t len;
};

/* Nothing of the open transaction is safe: nobody gets an ack, and everybody
 * is told why.  They come again, and send again. */
static void
stall(struct core *c, const struct err *e)
{
	char reason[256];

	if (!c->stalled)
		log_error("store", "%s; nothing is acknowledged until it works",
		    e->text);
	c->stalled = true;
	c->n_pending = 0;
	snprintf(reason, sizeof(reason), "the aggregator cannot store: %.200s",
	    e->text);
	for (size_t i = 0; i < c->config->site->n_sensor; i++)
		if (c->sensor[i].session != 0)
			core_refuse(
			    c, c->sensor[i].session, REFUSAL_UNKNOWN, reason);
	core_sensors_hang_up(c);
	loop_timer_in(c->commit, RETRY_NS, false);
}

static bool
is_greeted(const struct core *c, size_t sensor, const struct incoming *in,
    const struct run_id *run)
{
	const struct core_sensor *s = &c->sensor[sensor];

	return s->session == in->session &&
	       memcmp(&s->run, run, sizeof(*run)) == 0;
}

static int
put(struct core *c, size_t sensor, const struct incoming *in,
    const struct wire_message *m, struct err *e)
{
	static const struct batch none;
	bool batch = m->kind == WIRE_BATCH;
	struct store_item it = {
	    .sensor = c->config->site->sensor[sensor].name,
	    .run = batch ? m->batch.run : m->heartbeat.run,
	    .sequence = batch ? m->batch.sequence : m->heartbeat.sequence,
	    .received_ns = clock_wall_ns(),
	    .kernel_lost = batch ? m->batch.kernel_lost : 0,
	    .dropped = batch ? m->batch.dropped : 0,
	    .buf = in->buf,
	    .len = in->len,
	    .records = batch ? &m->batch.records : &none,
	};

	core_sensor_seen(c, sensor, it.received_ns);
	return store_put(c->store, &it, e);
}

static void
keep(struct core *c, size_t sensor, const struct incoming *in,
    struct core_pending *p)
{
	const struct wire_message *m = &p->message;
	const struct run_id *run =
	    m->kind == WIRE_BATCH ? &m->batch.run : &m->heartbeat.run;
	struct err e;
	int put_it;

	if (!is_greeted(c, sensor, in, run)) {
		core_refuse(c, in->session, REFUSAL_HELLO_FIRST,
		    "Hello must come first, and name the run");
		return;
	}
	put_it = put(c, sensor, in, m, &e);
	if (put_it == -1 && e.code == EX_UNAVAILABLE) {
		core_refuse(c, in->session, REFUSAL_UNKNOWN, e.text);
		return;
	}
	if (put_it == -1) {
		stall(c, &e);
		return;
	}
	p->sensor = sensor;
	p->session = in->session;
	p->fresh = put_it == 1;
	if (m->kind == WIRE_BATCH)
		core_sensor_batch(c, sensor, &m->batch, p->fresh);
	else
		core_sensor_heartbeat(c, sensor, &m->heartbeat);
	c->n_pending++;
	loop_timer_in(c->commit, 0, false);
}

static void
dispatch(struct core *c, size_t sensor, const struct incoming *in)
{
	struct core_pending *p = &c->pending[c->n_pending];
	struct err e;

	/* Checked by ingest, and again here: it faces strangers. */
	if (wire_unpack(p->wire, in->buf, in->len, &p->message, &e) == -1) {
		log_warn_limited(
		    &c->limit, "core", "sensor %s: %s", in->sensor, e.text);
		return;
	}
	switch (p->message.kind) {
	case WIRE_HELLO:
		core_hello(
		    c, sensor, in->session, in->address, &p->message.hello);
		break;
	case WIRE_BATCH:
	case WIRE_HEARTBEAT:
		if (!c->stalled)
			keep(c, sensor, in, p);
		break;
	case WIRE_WELCOME:
	case WIRE_REFUSAL:
	case WIRE_ACK:
		core_refuse(c, in->session, REFUSAL_MALFORMED,
		    "an agent does not say that");
		break;
	}
	if (c->n_pending == CORE_PENDING_MAX)
		core_commit(c);
}

void
core_message(struct core *c, const uint8_t *body, size_t len)
{
	struct rd r = rd_init(body, len);
	struct incoming in = {.session = proc_get_u64(&r)};
	const struct site *site = c->config->site;
	const struct sensor_entry *s;

	proc_get_text(&r, in.sensor, sizeof(in.sensor));
	proc_get_text(&r, in.address, sizeof(in.address));
	if (r.bad)
		return;
	in.buf = r.p;
	in.len = r.left;
	s = site_sensor(site, in.sensor);
	if (s != NULL)
		dispatch(c, (size_t)(s - site->sensor), &in);
}

/* One Ack for each run of messages of the same session. */
static void
acknowledge(struct core *c)
{
	uint64_t sequence[CORE_PENDING_MAX];
	bool done[CORE_PENDING_MAX] = {false};

	for (size_t i = 0; i < c->n_pending; i++) {
		const struct core_sensor *s = &c->sensor[c->pending[i].sensor];
		struct wire_message ack = {.kind = WIRE_ACK};

		if (done[i])
			continue;
		for (size_t k = i; k < c->n_pending; k++) {
			const struct core_pending *p = &c->pending[k];

			if (done[k] || p->session != c->pending[i].session)
				continue;
			done[k] = true;
			sequence[ack.ack.n++] =
			    p->message.kind == WIRE_BATCH
				? p->message.batch.sequence
				: p->message.heartbeat.sequence;
		}
		ack.ack.run = s->run;
		ack.ack.sequence = sequence;
		core_send(c, c->pending[i].session, &ack);
	}
}

static void
correlate(struct core *c)
{
	const struct site *site = c->config->site;

	for (size_t i = 0; i < c->n_pending; i++) {
		const struct core_pending *p = &c->pending[i];

		if (p->fresh && p->message.kind == WIRE_BATCH)
			pipeline_put(c->pipeline, site->sensor[p->sensor].name,
			    &p->message.batch.records);
	}
}

void
core_commit(struct core *c)
{
	struct err e;
	struct store_pos pos = c->position;

	if (c->stalled) {
		/* An empty commit tells nothing; the next put will. */
		c->stalled = false;
		return;
	}
	if (c->n_pending == 0)
		return;
	if (core_news_enough(c)) {
		core_flush(c);
		if (core_news_enough(c)) {
			err_set(&e, EX_TEMPFAIL, "alerts cannot be written");
			store_undo(c->store);
			stall(c, &e);
			return;
		}
	}
	if (store_commit(c->store, &pos, &e) == -1) {
		stall(c, &e);
		return;
	}
	acknowledge(c);
	correlate(c);
	c->n_pending = 0;
	c->position = pos;
	c->position_moved = true;
	if (core_news_urgent(c))
		core_flush(c);
	else if (!loop_timer_on(c->flush))
		loop_timer_in(c->flush, CORE_FLUSH_NS, false);
}
