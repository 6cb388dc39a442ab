/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/subscribe.h"
#include "aggregator/cli/feed_watch.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/loop.h"
#include "common/rd.h"
#include "common/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#define ALERT_TOPIC "pb/alert/"
#define HEARTBEAT_TOPIC "meta/heartbeat/"
#define TAIL_BYTES (WIRE_RUN_BYTES + 8) /* run and sequence */
#define PART_MAX (256 * 1024)		/* an incident as JSON is 170 KiB */
#define ROUND_MAX 64 /* messages, before others get their turn */
/* After a refusal libzmq may never try again: a new socket does. */
#define AGAIN_NS (2 * NS_PER_SEC)

enum part {
	PART_TOPIC,
	PART_PAYLOAD,
	PART_TAIL,
	PARTS
};

struct subscriber {
	struct subscribe_options o;
	struct loop *loop;
	struct feed_watch watch;
	struct wire *wire;
	void *ctx, *sock, *monitor;
	struct loop_watch *sock_watch, *monitor_watch;
	struct loop_timer *tick, *again;
	bool accepted;	     /* our key was, once */
	unsigned int opened; /* sockets, for the monitor's name */
	zmq_msg_t part[PARTS];
};

static bool
topic_is(const zmq_msg_t *topic, const char *prefix)
{
	zmq_msg_t *m = (zmq_msg_t *)(uintptr_t)topic;

	return zmq_msg_size(m) >= strlen(prefix) &&
	       memcmp(zmq_msg_data(m), prefix, strlen(prefix)) == 0;
}

static void
on_alert(struct subscriber *s, zmq_msg_t *payload)
{
	char text[ERR_TEXT_MAX + 40];
	struct alert a;
	struct err e;
	bool update;

	if (wire_unpack_alert(s->wire, zmq_msg_data(payload),
		zmq_msg_size(payload), &a, &update, &e) == 0) {
		s->o.alert(s->o.arg, &a, update);
		return;
	}
	snprintf(text, sizeof(text), "cannot read an alert: %s", e.text);
	s->o.say(s->o.arg, text);
}

static uint64_t
rd_u64_le(struct rd *r)
{
	const uint8_t *b = rd_bytes(r, 8);
	uint64_t n = 0;

	for (int i = 7; b != NULL && i >= 0; i--)
		n = n << 8 | b[i];
	return n;
}

static void
on_message(struct subscriber *s)
{
	struct rd r = rd_init(zmq_msg_data(&s->part[PART_TAIL]),
	    zmq_msg_size(&s->part[PART_TAIL]));
	zmq_msg_t *topic = &s->part[PART_TOPIC];
	struct run_id run;
	uint64_t sequence;

	rd_copy(&r, run.b, sizeof(run.b));
	sequence = rd_u64_le(&r);
	if (r.bad || r.left > 0) {
		s->o.say(s->o.arg, "a message without run and sequence: is "
				   "this a feed of Synhive?");
		return;
	}
	feed_watch_heard(&s->watch, &run, sequence,
	    topic_is(topic, HEARTBEAT_TOPIC), clock_mono_ns());
	if (topic_is(topic, ALERT_TOPIC))
		on_alert(s, &s->part[PART_PAYLOAD]);
}

/* One message, however many parts it has.  Returns the number of its parts;
 * 0 when there is none. */
static size_t
receive(struct subscriber *s)
{
	size_t n = 0;
	bool more;

	do {
		zmq_msg_t extra, *m = n < PARTS ? &s->part[n] : &extra;

		if (n >= PARTS)
			zmq_msg_init(&extra);
		if (zmq_msg_recv(m, s->sock, ZMQ_DONTWAIT) == -1)
			return 0;
		more = zmq_msg_more(m);
		if (n >= PARTS)
			zmq_msg_close(&extra);
		n++;
	} while (more);
	return n;
}

static void
on_readable(void *arg)
{
	struct subscriber *s = arg;

	for (int i = 0; i < ROUND_MAX; i++) {
		size_t n = receive(s);

		if (n == 0)
			break;
		if (n == PARTS)
			on_message(s);
	}
}

#define EVENTS                                                                 \
	(ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED |                  \
	    ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                                    \
	    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                             \
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                              \
	    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

static const struct {
	int event;
	const char *why;
} losses[] = {
    {ZMQ_EVENT_CONNECT_RETRIED, "nobody answers"},
    {ZMQ_EVENT_DISCONNECTED, "the connection broke"},
    {ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL,
	"the handshake failed: is this the aggregator's public key?"},
    {ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL,
	"the handshake failed: who listens there does not speak CURVE"},
    {ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
	"the aggregator does not know our key any more"},
};

static void
on_refused(struct subscriber *s)
{
	char key[KEY_TEXT_MAX];
	struct err e;

	if (s->accepted) {
		loop_timer_in(s->again, AGAIN_NS, false);
		return;
	}
	err_set(&e, EX_NOPERM,
	    "%s does not know our key: its configuration needs\n"
	    "subscriber NAME { key = \"%s\" }",
	    s->o.endpoint, key_format(&s->o.key->public, key));
	s->o.refused(s->o.arg, &e);
}

static void
on_event(struct subscriber *s, int event)
{
	if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
		s->accepted = true;
	if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
		on_refused(s);
		if (!s->accepted)
			return;
	}
	/* A disconnection before the handshake ends has its own event, too. */
	for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++)
		if (losses[i].event == event &&
		    (s->accepted || event != ZMQ_EVENT_DISCONNECTED))
			feed_watch_lost(
			    &s->watch, losses[i].why, clock_mono_ns());
}

static void
on_monitor(void *arg)
{
	struct subscriber *s = arg;
	uint8_t head[6]; /* event in two bytes, its value in four */
	char waste[256]; /* the address */
	uint16_t event;

	while (zmq_recv(s->monitor, head, sizeof(head), ZMQ_DONTWAIT) ==
	       (int)sizeof(head)) {
		zmq_recv(s->monitor, waste, sizeof(waste), 0);
		memcpy(&event, head, sizeof(event));
		on_event(s, event);
	}
}

static void
close_sockets(struct subscriber *s)
{
	int zero = 0;

	loop_unwatch(s->loop, s->sock_watch);
	loop_unwatch(s->loop, s->monitor_watch);
	s->sock_watch = s->monitor_watch = NULL;
	if (s->sock != NULL) {
		zmq_socket_monitor(s->sock, NULL, 0);
		zmq_close(s->sock);
	}
	if (s->monitor != NULL) {
		zmq_setsockopt(s->monitor, ZMQ_LINGER, &zero, sizeof(zero));
		zmq_close(s->monitor);
	}
	s->sock = s->monitor = NULL;
}

static int
set_options(struct subscriber *s)
{
	static const struct {
		int option, value;
	} ints[] = {
	    {ZMQ_LINGER, 0},
	    {ZMQ_IPV6, 1},
	    {ZMQ_RCVHWM, 10000},
	    {ZMQ_RECONNECT_IVL, 100},
	    {ZMQ_RECONNECT_IVL_MAX, 2000},
	    {ZMQ_HANDSHAKE_IVL, 3000},
	    {ZMQ_HEARTBEAT_IVL, 1000},
	    {ZMQ_HEARTBEAT_TIMEOUT, 3000},
	};
	const struct key_pair *key = s->o.key;
	int64_t max = PART_MAX;

	for (size_t i = 0; i < sizeof(ints) / sizeof(*ints); i++)
		if (zmq_setsockopt(s->sock, ints[i].option, &ints[i].value,
			sizeof(int)) == -1)
			return -1;
	if (zmq_setsockopt(s->sock, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == -1 ||
	    zmq_setsockopt(s->sock, ZMQ_CURVE_SERVERKEY, s->o.server_key.b,
		KEY_BYTES) == -1 ||
	    zmq_setsockopt(
		s->sock, ZMQ_CURVE_PUBLICKEY, key->public.b, KEY_BYTES) == -1 ||
	    zmq_setsockopt(
		s->sock, ZMQ_CURVE_SECRETKEY, key->secret.b, KEY_BYTES) == -1)
		return -1;
	/* Every topic: only so is a gap in the sequence a loss. */
	return zmq_setsockopt(s->sock, ZMQ_SUBSCRIBE, "", 0);
}

static int
open_sockets(struct subscriber *s, struct err *e)
{
	char monitor[64];

	snprintf(monitor, sizeof(monitor), "inproc://monitor-%u", s->opened++);
	if ((s->sock = zmq_socket(s->ctx, ZMQ_SUB)) == NULL ||
	    set_options(s) == -1 ||
	    zmq_socket_monitor(s->sock, monitor, EVENTS) == -1 ||
	    (s->monitor = zmq_socket(s->ctx, ZMQ_PAIR)) == NULL ||
	    zmq_connect(s->monitor, monitor) == -1)
		return err_set(
		    e, EX_OSERR, "no socket: %s", zmq_strerror(errno));
	if (zmq_connect(s->sock, s->o.endpoint) == -1)
		return err_set(e, EX_USAGE, "cannot connect to '%s': %s",
		    s->o.endpoint, zmq_strerror(errno));
	s->monitor_watch = loop_zmq(s->loop, s->monitor, on_monitor, s);
	s->sock_watch = loop_zmq(s->loop, s->sock, on_readable, s);
	if (s->monitor_watch == NULL || s->sock_watch == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	return 0;
}

static void
on_again(void *arg)
{
	struct subscriber *s = arg;
	struct err e;

	close_sockets(s);
	if (open_sockets(s, &e) == -1) {
		feed_watch_lost(&s->watch, e.text, clock_mono_ns());
		loop_timer_in(s->again, AGAIN_NS, false);
	}
}

static void
on_tick(void *arg)
{
	struct subscriber *s = arg;

	feed_watch_tick(&s->watch, clock_mono_ns());
}

struct subscriber *
subscriber_open(
    struct loop *l, const struct subscribe_options *o, struct err *e)
{
	struct subscriber *s = calloc(1, sizeof(*s));

	if (s == NULL)
		goto memory;
	s->o = *o;
	s->loop = l;
	for (size_t i = 0; i < PARTS; i++)
		zmq_msg_init(&s->part[i]);
	feed_watch_init(&s->watch, o->endpoint, o->say, o->arg);
	s->wire = wire_new();
	s->ctx = zmq_ctx_new();
	s->tick = loop_timer(l, on_tick, s);
	s->again = loop_timer(l, on_again, s);
	if (s->wire == NULL || s->ctx == NULL || s->tick == NULL ||
	    s->again == NULL)
		goto memory;
	loop_timer_in(s->tick, NS_PER_SEC, true);
	if (open_sockets(s, e) == 0)
		return s;
	subscriber_close(s);
	return NULL;
memory:
	err_set(e, EX_OSERR, "out of memory");
	subscriber_close(s);
	return NULL;
}

void
subscriber_close(struct subscriber *s)
{
	int saved = errno;

	if (s == NULL)
		return;
	close_sockets(s);
	for (size_t i = 0; i < PARTS; i++)
		zmq_msg_close(&s->part[i]);
	loop_timer_free(s->loop, s->tick);
	loop_timer_free(s->loop, s->again);
	if (s->ctx != NULL)
		zmq_ctx_term(s->ctx);
	wire_free(s->wire);
	free(s);
	errno = saved;
}
