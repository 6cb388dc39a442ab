/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/link_socket.h"

#include "common/err.h"
#include "common/loop.h"
#include "common/wire.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#define ROUND_MAX 64 /* messages, before others get their turn */

struct link_socket {
	struct link_socket_options o;
	struct loop *loop;
	void *sock, *monitor;
	struct loop_watch *sock_watch, *monitor_watch;
	/* A callback may close us: then the end comes when it returns. */
	bool busy, closing;
};

#define EVENTS                                                                 \
	(ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED |                  \
	    ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                                    \
	    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                             \
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                              \
	    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

/*
 * After a refused handshake (AUTH) libzmq 4.3.4 never tries again; after the
 * others it does, but a fresh socket with our back-off is as good.
 */
static const struct {
	int event;
	enum link_event is;
	const char *why;
} meanings[] = {
    {ZMQ_EVENT_HANDSHAKE_SUCCEEDED, LINK_EVENT_READY, ""},
    {ZMQ_EVENT_CONNECT_RETRIED, LINK_EVENT_UNREACHABLE,
	"no connection; trying on"},
    {ZMQ_EVENT_DISCONNECTED, LINK_EVENT_BROKEN, "the connection broke"},
    {ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, LINK_EVENT_BROKEN,
	"the handshake failed: is aggregator-key the aggregator's key?"},
    {ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, LINK_EVENT_BROKEN,
	"the handshake failed: who listens there does not speak CURVE"},
    {ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, LINK_EVENT_BROKEN,
	"the aggregator does not know our key: register it as a sensor"},
};

/* Returns the event, or 0 when none is there. */
static int
next_event(void *monitor)
{
	uint8_t head[6];
	char waste[256];
	uint16_t event;
	int n = zmq_recv(monitor, head, sizeof(head), ZMQ_DONTWAIT);

	if (n < (int)sizeof(head))
		return 0;
	zmq_recv(monitor, waste, sizeof(waste), 0); /* the address */
	memcpy(&event, head, sizeof(event));
	return event;
}

static void
rest(struct link_socket *s)
{
	s->busy = false;
	if (s->closing)
		link_socket_close(s);
}

static void
on_monitor(void *arg)
{
	struct link_socket *s = arg;
	int event;

	s->busy = true;
	while (!s->closing && (event = next_event(s->monitor)) != 0)
		for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings);
		     i++)
			if (meanings[i].event == event) {
				s->o.event(
				    s->o.arg, meanings[i].is, meanings[i].why);
				break;
			}
	rest(s);
}

static void
on_readable(void *arg)
{
	struct link_socket *s = arg;
	zmq_msg_t msg;

	s->busy = true;
	for (int i = 0; i < ROUND_MAX && !s->closing; i++) {
		zmq_msg_init(&msg);
		if (zmq_msg_recv(&msg, s->sock, ZMQ_DONTWAIT) == -1) {
			zmq_msg_close(&msg);
			break;
		}
		s->o.message(s->o.arg, zmq_msg_data(&msg), zmq_msg_size(&msg));
		zmq_msg_close(&msg);
	}
	rest(s);
}

static int
set_options(struct link_socket *s)
{
	static const struct {
		int option, value;
	} ints[] = {
	    {ZMQ_LINGER, 0},
	    {ZMQ_IMMEDIATE, 1},
	    {ZMQ_IPV6, 1},
	    {ZMQ_SNDHWM, 512},
	    {ZMQ_RCVHWM, 512},
	    {ZMQ_RECONNECT_IVL, 100},
	    {ZMQ_RECONNECT_IVL_MAX, 2000},
	    {ZMQ_HANDSHAKE_IVL, 3000},
	    {ZMQ_HEARTBEAT_IVL, 3000},
	    {ZMQ_HEARTBEAT_TIMEOUT, 9000},
	    {ZMQ_HEARTBEAT_TTL, 15000},
	};
	int64_t max = WIRE_MESSAGE_MAX;

	for (size_t i = 0; i < sizeof(ints) / sizeof(*ints); i++)
		if (zmq_setsockopt(s->sock, ints[i].option, &ints[i].value,
			sizeof(int)) == -1)
			return -1;
	if (zmq_setsockopt(s->sock, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == -1 ||
	    zmq_setsockopt(s->sock, ZMQ_CURVE_SERVERKEY, s->o.server_key.b,
		KEY_BYTES) == -1 ||
	    zmq_setsockopt(s->sock, ZMQ_CURVE_PUBLICKEY, s->o.key->public.b,
		KEY_BYTES) == -1)
		return -1;
	return zmq_setsockopt(
	    s->sock, ZMQ_CURVE_SECRETKEY, s->o.key->secret.b, KEY_BYTES);
}

static int
open_sockets(struct link_socket *s)
{
	char monitor[64];

	snprintf(monitor, sizeof(monitor), "inproc://monitor-%p", (void *)s);
	if ((s->sock = zmq_socket(s->o.zmq_ctx, ZMQ_DEALER)) == NULL ||
	    set_options(s) == -1 ||
	    zmq_socket_monitor(s->sock, monitor, EVENTS) == -1 ||
	    (s->monitor = zmq_socket(s->o.zmq_ctx, ZMQ_PAIR)) == NULL ||
	    zmq_connect(s->monitor, monitor) == -1)
		return -1;
	return zmq_connect(s->sock, s->o.endpoint);
}

struct link_socket *
link_socket_open(
    struct loop *l, const struct link_socket_options *o, struct err *e)
{
	struct link_socket *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	s->o = *o;
	s->loop = l;
	if (open_sockets(s) == -1) {
		err_set(e, EX_CONFIG, "cannot connect to \"%s\": %s",
		    o->endpoint, zmq_strerror(errno));
		goto fail;
	}
	s->monitor_watch = loop_zmq(l, s->monitor, on_monitor, s);
	s->sock_watch = loop_zmq(l, s->sock, on_readable, s);
	if (s->monitor_watch != NULL && s->sock_watch != NULL)
		return s;
	err_set(e, EX_OSERR, "out of memory");
fail:
	link_socket_close(s);
	return NULL;
}

void
link_socket_close(struct link_socket *s)
{
	int saved = errno, zero = 0;

	if (s == NULL)
		return;
	if (s->busy) {
		s->closing = true;
		return;
	}
	loop_unwatch(s->loop, s->monitor_watch);
	loop_unwatch(s->loop, s->sock_watch);
	if (s->sock != NULL) {
		zmq_socket_monitor(s->sock, NULL, 0);
		zmq_close(s->sock);
	}
	if (s->monitor != NULL) {
		zmq_setsockopt(s->monitor, ZMQ_LINGER, &zero, sizeof(zero));
		zmq_close(s->monitor);
	}
	free(s);
	errno = saved;
}

int
link_socket_send(struct link_socket *s, const void *buf, size_t len)
{
	return zmq_send(s->sock, buf, len, ZMQ_DONTWAIT) == -1 ? -1 : 0;
}
