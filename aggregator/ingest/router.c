/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/ingest/router.h"

#include "common/chan.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/proc.h"
#include "common/wire.h"
#include "common/zap.h"
#include "common/zap_watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#define ROUND_MAX 64 /* messages, before others get their turn */
/* Bytes for the core that it has not read: above, agents must wait. */
#define QUEUE_HIGH (2 * 1024 * 1024)
#define ROUTING_ID_BYTES 5 /* as libzmq makes them: 0 and 32 bits */

struct router {
	struct loop *loop;
	struct chan *core;
	void *sock;
	struct loop_watch *watch;
	struct zap_watch *handshakes;
	struct wire *wire;
	struct log_limit limit;
	bool paused;
};

/* One message, as ROUTER gives it. */
struct incoming {
	uint64_t session;
	const char *sensor, *address;
	const uint8_t *buf;
	size_t len;
};

static uint64_t
session_from(const uint8_t *id, size_t len)
{
	uint64_t v = 0;

	if (len != ROUTING_ID_BYTES)
		return 0;
	for (size_t i = 0; i < len; i++)
		v = v << 8 | id[i];
	return v;
}

void
router_send(struct router *r, uint64_t session, const void *buf, size_t len)
{
	uint8_t id[ROUTING_ID_BYTES];

	for (int i = 0; i < ROUTING_ID_BYTES; i++)
		id[i] = (uint8_t)(session >> 8 * (ROUTING_ID_BYTES - 1 - i));
	/* An agent that is gone, or does not read its acks, gets its messages
	 * confirmed again when it sends them again. */
	if (zmq_send(r->sock, id, sizeof(id), ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1)
		return;
	zmq_send(r->sock, buf, len, ZMQ_DONTWAIT);
}

static void
forward(struct router *r, const struct incoming *m)
{
	uint8_t session[8];
	uint8_t sensor_len = (uint8_t)strnlen(m->sensor, PROC_TEXT_MAX);
	uint8_t address_len = (uint8_t)strnlen(m->address, PROC_TEXT_MAX);
	struct iovec v[] = {
	    {session, 8},
	    {&sensor_len, 1},
	    {(void *)(uintptr_t)m->sensor, sensor_len},
	    {&address_len, 1},
	    {(void *)(uintptr_t)m->address, address_len},
	    {(void *)(uintptr_t)m->buf, m->len},
	};

	proc_put_u64(session, m->session);
	chan_send(r->core, PROC_MESSAGE, v, sizeof(v) / sizeof(*v));
}

/* A message that cannot be read is refused by its number, if that much is
 * clear: the agent must not send it for ever. */
static void
refuse(struct router *r, const struct incoming *m,
    const struct wire_message *read, const struct err *why)
{
	struct wire_message answer = {.kind = WIRE_REFUSAL};
	struct wire_refused one = {.sequence = read->batch.sequence};
	const uint8_t *buf;
	size_t len;

	log_warn_limited(&r->limit, "ingest", "sensor %s at %s: %s", m->sensor, m->address, why->text);
	proc_send_refused(r->core, "malformed", m->sensor);
	if (read->kind == WIRE_BATCH && read->batch.sequence != 0) {
		snprintf(one.reason, sizeof(one.reason), "%.*s",
		    (int)sizeof(one.reason) - 1, why->text);
		answer.kind = WIRE_ACK;
		answer.ack.run = read->batch.run;
		answer.ack.refused = &one;
		answer.ack.n_refused = 1;
	} else {
		answer.refusal.code = REFUSAL_MALFORMED;
		snprintf(answer.refusal.reason, sizeof(answer.refusal.reason),
		    "%.*s", (int)sizeof(answer.refusal.reason) - 1, why->text);
	}
	len = wire_pack(r->wire, &answer, &buf, NULL);
	if (len > 0)
		router_send(r, m->session, buf, len);
}

static void
handle(struct router *r, const struct incoming *m)
{
	struct wire_message read = {0};
	struct err e;

	if (wire_unpack(r->wire, m->buf, m->len, &read, &e) == -1)
		refuse(r, m, &read, &e);
	else
		forward(r, m);
}

static bool
has_more(void *sock)
{
	int more = 0;
	size_t size = sizeof(more);

	zmq_getsockopt(sock, ZMQ_RCVMORE, &more, &size);
	return more != 0;
}

/* Throw the rest of a message away; returns whether there was any. */
static bool
drain(void *sock)
{
	zmq_msg_t rest;
	bool any = false;

	while (has_more(sock)) {
		any = true;
		zmq_msg_init(&rest);
		zmq_msg_recv(&rest, sock, 0);
		zmq_msg_close(&rest);
	}
	return any;
}

static void
take_payload(struct router *r, uint64_t session)
{
	zmq_msg_t msg;
	struct incoming m = {.session = session};

	zmq_msg_init(&msg);
	if (zmq_msg_recv(&msg, r->sock, 0) == -1) {
		zmq_msg_close(&msg);
		return;
	}
	/* From the payload's frame: libzmq 4.3.4 loses the routing frame's
	 * properties after a poll. */
	m.sensor = zmq_msg_gets(&msg, "User-Id");
	m.address = zmq_msg_gets(&msg, "Peer-Address");
	m.buf = zmq_msg_data(&msg);
	m.len = zmq_msg_size(&msg);
	if (m.address == NULL)
		m.address = "?";
	if (m.sensor == NULL || *m.sensor == '\0' || session == 0)
		proc_send_refused(r->core, "no-user-id", m.address);
	else if (drain(r->sock))
		proc_send_refused(r->core, "multipart", m.sensor);
	else
		handle(r, &m);
	drain(r->sock);
	zmq_msg_close(&msg);
}

static void
on_router(void *arg)
{
	struct router *r = arg;
	zmq_msg_t id;

	for (int i = 0; i < ROUND_MAX; i++) {
		uint64_t session;

		if (chan_queued(r->core) > QUEUE_HIGH) {
			r->paused = true;
			loop_pause(r->watch, true);
			return;
		}
		zmq_msg_init(&id);
		if (zmq_msg_recv(&id, r->sock, ZMQ_DONTWAIT) == -1) {
			zmq_msg_close(&id);
			return;
		}
		session = session_from(zmq_msg_data(&id), zmq_msg_size(&id));
		zmq_msg_close(&id);
		if (has_more(r->sock))
			take_payload(r, session);
	}
}

void
router_resume(struct router *r)
{
	if (!r->paused)
		return;
	r->paused = false;
	loop_pause(r->watch, false);
}

static int
set_options(void *sock, const char *endpoint, struct err *e)
{
	static const struct {
		int option, value;
	} ints[] = {
	    {ZMQ_LINGER, 0},
	    {ZMQ_ROUTER_MANDATORY, 1},
	    {ZMQ_RCVHWM, 8},
	    {ZMQ_SNDHWM, 64},
	    {ZMQ_BACKLOG, 256},
	    {ZMQ_HANDSHAKE_IVL, 3000},
	    {ZMQ_HEARTBEAT_IVL, 5000},
	    {ZMQ_HEARTBEAT_TIMEOUT, 15000},
	    {ZMQ_HEARTBEAT_TTL, 20000},
	};
	int64_t max = WIRE_MESSAGE_MAX;
	int ipv6 = zap_is_ipv6(endpoint);

	for (size_t i = 0; i < sizeof(ints) / sizeof(*ints); i++)
		if (zmq_setsockopt(sock, ints[i].option, &ints[i].value,
			sizeof(int)) == -1)
			return err_set(e, EX_UNAVAILABLE,
			    "cannot set up the agents' socket: %s",
			    zmq_strerror(errno));
	if (zmq_setsockopt(sock, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == -1 ||
	    zmq_setsockopt(sock, ZMQ_IPV6, &ipv6, sizeof(ipv6)) == -1)
		return err_set(e, EX_UNAVAILABLE, "cannot bound messages");
	return 0;
}

/* Nobody knows who it was: no key was shown. */
static void
on_handshake_failed(void *arg, const char *why, const char *address)
{
	struct router *r = arg;

	log_warn_limited(
	    &r->limit, "ingest", "refused: %s, a client from %s", why, address);
	proc_send_refused(r->core, why, address);
}

struct router *
router_open(struct loop *l, const struct router_options *o, struct err *e)
{
	struct router *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	r->loop = l;
	r->core = o->core;
	r->wire = wire_new();
	r->sock = zmq_socket(o->zmq_ctx, ZMQ_ROUTER);
	if (r->sock == NULL || r->wire == NULL) {
		err_set(e, EX_OSERR, "no socket: %s", zmq_strerror(errno));
		goto fail;
	}
	if (set_options(r->sock, o->endpoint, e) == -1 ||
	    zap_guard(r->sock, o->key, o->domain, e) == -1)
		goto fail;
	r->handshakes =
	    zap_watch_open(o->zmq_ctx, l, r->sock, on_handshake_failed, r, e);
	if (r->handshakes == NULL)
		goto fail;
	if (zmq_bind(r->sock, o->endpoint) == -1) {
		err_set(e, EX_UNAVAILABLE, "cannot listen on %s for agents: %s",
		    o->endpoint, zmq_strerror(errno));
		goto fail;
	}
	r->watch = loop_zmq(l, r->sock, on_router, r);
	if (r->watch != NULL)
		return r;
	err_set(e, EX_OSERR, "out of memory");
fail:
	router_close(r);
	return NULL;
}

void
router_close(struct router *r)
{
	if (r == NULL)
		return;
	loop_unwatch(r->loop, r->watch);
	zap_watch_close(r->handshakes);
	if (r->sock != NULL)
		zmq_close(r->sock);
	wire_free(r->wire);
	free(r);
}

void
router_endpoint(const struct router *r, char *out, size_t size)
{
	zmq_getsockopt(r->sock, ZMQ_LAST_ENDPOINT, out, &size);
}
