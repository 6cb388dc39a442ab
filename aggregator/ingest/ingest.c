/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/ingest/ingest.h"

#include "aggregator/ingest/selftest.h"
#include "common/chan.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/proc.h"
#include "common/rd.h"
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

#define DOMAIN "synhive-ingest"
#define ROUND_MAX 64 /* messages, before others get their turn */
/* Bytes for the core that it has not read: above, agents must wait. */
#define QUEUE_HIGH (2 * 1024 * 1024)
#define ROUTING_ID_BYTES 5 /* as libzmq makes them: 0 and 32 bits */

struct ingest {
	struct loop *loop;
	struct chan *core;
	void *ctx, *router;
	struct loop_watch *watch;
	struct zap *zap;
	struct zap_watch *handshakes;
	struct selftest *selftest;
	struct guests *guests;
	struct wire *wire;
	struct key_pair key;
	bool paused;
	int status;
};

/* One message, as ROUTER gives it. */
struct incoming {
	uint64_t session;
	const char *sensor, *address;
	const uint8_t *buf;
	size_t len;
};

static void
give_up(struct ingest *in, const struct err *e)
{
	/* The core reads it, and ends us by closing the channel. */
	in->status = e->code;
	proc_send_failed(in->core, e);
}

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

static void
send_to(struct ingest *in, uint64_t session, const void *buf, size_t len)
{
	uint8_t id[ROUTING_ID_BYTES];

	for (int i = 0; i < ROUTING_ID_BYTES; i++)
		id[i] = (uint8_t)(session >> 8 * (ROUTING_ID_BYTES - 1 - i));
	/* An agent that is gone, or does not read its acks, gets its messages
	 * confirmed again when it sends them again. */
	if (zmq_send(in->router, id, sizeof(id), ZMQ_SNDMORE | ZMQ_DONTWAIT) ==
	    -1)
		return;
	zmq_send(in->router, buf, len, ZMQ_DONTWAIT);
}

static void
forward(struct ingest *in, const struct incoming *m)
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
	chan_send(in->core, PROC_MESSAGE, v, sizeof(v) / sizeof(*v));
}

/* A message that cannot be read is refused by its number, if that much is
 * clear: the agent must not send it for ever. */
static void
refuse(struct ingest *in, const struct incoming *m,
    const struct wire_message *read, const struct err *why)
{
	struct wire_message answer = {.kind = WIRE_REFUSAL};
	struct wire_refused one = {.sequence = read->batch.sequence};
	const uint8_t *buf;
	size_t len;

	log_warn(
	    "ingest", "sensor %s at %s: %s", m->sensor, m->address, why->text);
	proc_send_refused(in->core, "malformed", m->sensor);
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
	len = wire_pack(in->wire, &answer, &buf, NULL);
	if (len > 0)
		send_to(in, m->session, buf, len);
}

static void
handle(struct ingest *in, const struct incoming *m)
{
	struct wire_message read = {0};
	struct err e;

	if (wire_unpack(in->wire, m->buf, m->len, &read, &e) == -1)
		refuse(in, m, &read, &e);
	else
		forward(in, m);
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
take_payload(struct ingest *in, uint64_t session)
{
	zmq_msg_t msg;
	struct incoming m = {.session = session};

	zmq_msg_init(&msg);
	if (zmq_msg_recv(&msg, in->router, 0) == -1) {
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
		proc_send_refused(in->core, "no-user-id", m.address);
	else if (drain(in->router))
		proc_send_refused(in->core, "multipart", m.sensor);
	else
		handle(in, &m);
	drain(in->router);
	zmq_msg_close(&msg);
}

static void
on_router(void *arg)
{
	struct ingest *in = arg;
	zmq_msg_t id;

	for (int i = 0; i < ROUND_MAX; i++) {
		uint64_t session;

		if (chan_queued(in->core) > QUEUE_HIGH) {
			in->paused = true;
			loop_pause(in->watch, true);
			return;
		}
		zmq_msg_init(&id);
		if (zmq_msg_recv(&id, in->router, ZMQ_DONTWAIT) == -1) {
			zmq_msg_close(&id);
			return;
		}
		session = session_from(zmq_msg_data(&id), zmq_msg_size(&id));
		zmq_msg_close(&id);
		if (has_more(in->router))
			take_payload(in, session);
	}
}

static void
on_drained(void *arg)
{
	struct ingest *in = arg;

	if (!in->paused)
		return;
	in->paused = false;
	loop_pause(in->watch, false);
}

static enum zap_status
decide(void *arg, const struct zap_request *r, const char **user)
{
	struct ingest *in = arg;
	char key[KEY_TEXT_MAX], who[PROC_TEXT_MAX];

	*user = guests_find(in->guests, r->key);
	if (strcmp(r->domain, DOMAIN) == 0 && *user != NULL)
		return ZAP_OK;
	*user = "";
	if (in->selftest != NULL &&
	    memcmp(r->key, selftest_key(in->selftest), KEY_BYTES) == 0)
		return ZAP_REFUSED;
	snprintf(who, sizeof(who), "%s key %.16s", r->address,
	    key_format(r->key, key));
	log_warn("ingest", "refused: unknown key %s from %s", key, r->address);
	proc_send_refused(in->core, "unknown-key", who);
	return ZAP_REFUSED;
}

/* Nobody knows who it was: no key was shown. */
static void
on_handshake_failed(void *arg, const char *why, const char *address)
{
	struct ingest *in = arg;

	log_warn("ingest", "refused: %s, a client from %s", why, address);
	proc_send_refused(in->core, why, address);
}

static void
on_proven(void *arg)
{
	struct ingest *in = arg;
	char endpoint[256];
	size_t size = sizeof(endpoint);

	zmq_getsockopt(in->router, ZMQ_LAST_ENDPOINT, endpoint, &size);
	proc_send_text(in->core, PROC_READY, endpoint);
}

static void
on_broken(void *arg, const char *why)
{
	struct err e;

	err_set(
	    &e, EX_SOFTWARE, "the test that strangers are refused: %s", why);
	give_up(arg, &e);
}

static int
set_router_options(void *router, struct err *e)
{
	static const struct {
		int option, value;
	} ints[] = {
	    {ZMQ_LINGER, 0},
	    {ZMQ_IPV6, 1},
	    {ZMQ_ROUTER_MANDATORY, 1},
	    {ZMQ_RCVHWM, 8},
	    {ZMQ_SNDHWM, 64},
	    {ZMQ_BACKLOG, 256},
	    {ZMQ_HANDSHAKE_IVL, 3000},
	    {ZMQ_HEARTBEAT_IVL, 1000},
	    {ZMQ_HEARTBEAT_TIMEOUT, 3000},
	    {ZMQ_HEARTBEAT_TTL, 5000},
	};
	int64_t max = WIRE_MESSAGE_MAX;

	for (size_t i = 0; i < sizeof(ints) / sizeof(*ints); i++)
		if (zmq_setsockopt(router, ints[i].option, &ints[i].value,
			sizeof(int)) == -1)
			return err_set(e, EX_UNAVAILABLE,
			    "cannot set up the agents' socket: %s",
			    zmq_strerror(errno));
	if (zmq_setsockopt(router, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == -1)
		return err_set(e, EX_UNAVAILABLE, "cannot bound messages");
	return 0;
}

static int
serve(struct ingest *in, const char *endpoint, struct err *e)
{
	struct selftest_callbacks cb = {on_proven, on_broken, in};

	in->zap = zap_open(in->ctx, in->loop, decide, in, e);
	if (in->zap == NULL)
		return -1;
	in->router = zmq_socket(in->ctx, ZMQ_ROUTER);
	if (in->router == NULL)
		return err_set(
		    e, EX_OSERR, "no socket: %s", zmq_strerror(errno));
	if (set_router_options(in->router, e) == -1 ||
	    zap_guard(in->router, &in->key, DOMAIN, e) == -1)
		return -1;
	in->handshakes = zap_watch_open(
	    in->ctx, in->loop, in->router, on_handshake_failed, in, e);
	if (in->handshakes == NULL)
		return -1;
	if (zmq_bind(in->router, endpoint) == -1)
		return err_set(e, EX_UNAVAILABLE,
		    "cannot listen on %s for agents: %s", endpoint,
		    zmq_strerror(errno));
	in->watch = loop_zmq(in->loop, in->router, on_router, in);
	if (in->watch == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	in->selftest =
	    selftest_open(in->ctx, in->loop, endpoint, &in->key.public, &cb, e);
	return in->selftest == NULL ? -1 : 0;
}

static void
on_key(struct ingest *in, struct rd *r)
{
	char endpoint[PROC_TEXT_MAX];
	struct err e;

	rd_copy(r, in->key.secret.b, KEY_BYTES);
	proc_get_rest(r, endpoint, sizeof(endpoint));
	key_public(&in->key.secret, &in->key.public);
	if (serve(in, endpoint, &e) == -1)
		give_up(in, &e);
}

static void
on_guest(struct ingest *in, struct rd *r)
{
	struct key k;
	char name[64];

	rd_copy(r, k.b, KEY_BYTES);
	proc_get_rest(r, name, sizeof(name));
	guests_gather(in->guests, &k, name);
}

static void
on_send(struct ingest *in, struct rd *r)
{
	uint64_t session = proc_get_u64(r);

	if (!r->bad && in->router != NULL)
		send_to(in, session, r->p, r->left);
}

static void
on_frame(void *arg, uint8_t kind, const uint8_t *body, size_t len)
{
	struct ingest *in = arg;
	struct rd r = rd_init(body, len);

	switch (kind) {
	case PROC_KEY:
		on_key(in, &r);
		break;
	case PROC_GUEST:
		on_guest(in, &r);
		break;
	case PROC_GUESTS:
		guests_replace(in->guests);
		break;
	case PROC_SEND:
		on_send(in, &r);
		break;
	}
}

static void
on_end(void *arg, const char *why)
{
	struct ingest *in = arg;

	(void)why;
	loop_stop(in->loop);
}

int
ingest_main(void)
{
	struct ingest in = {.status = EX_OK};
	struct err e = {.code = EX_OSERR, .text = "out of memory"};

	log_program("synhive-aggregator");
	in.loop = loop_new(&e);
	in.ctx = zmq_ctx_new();
	in.guests = guests_new();
	in.wire = wire_new();
	if (in.loop == NULL || in.ctx == NULL || in.guests == NULL ||
	    in.wire == NULL)
		goto done;
	in.core = chan_open(in.loop, PROC_FD, on_frame, on_end, &in);
	if (in.core == NULL)
		goto done;
	chan_on_drained(in.core, on_drained);
	if (loop_run(in.loop, &e) == -1)
		in.status = e.code;
done:
	if (in.core == NULL) {
		log_error("ingest", "%s", e.text);
		in.status = e.code;
	}
	selftest_close(in.selftest);
	zap_watch_close(in.handshakes);
	zap_close(in.zap);
	if (in.router != NULL)
		zmq_close(in.router);
	chan_close(in.core);
	loop_free(in.loop);
	if (in.ctx != NULL)
		zmq_ctx_term(in.ctx);
	guests_free(in.guests);
	wire_free(in.wire);
	key_wipe(&in.key);
	return in.status;
}
