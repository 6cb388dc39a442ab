/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/zap_watch.h"

#include "common/addr.h"
#include "common/err.h"
#include "common/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <zmq.h>

#define ENDPOINT "inproc://synhive-handshakes"
#define EVENTS                                                                 \
	(ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |            \
	    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_DISCONNECTED)
#define ROUND_MAX 64 /* events, before others get their turn */
/* Descriptors whose peer is remembered: the usual limit of a process. */
#define FD_MAX 1024

struct zap_watch {
	struct loop *loop;
	void *monitor;
	struct loop_watch *watch;
	zap_watch_fn *fn;
	void *arg;
	const char *why; /* of a failure whose descriptor comes next */
	struct {
		bool known;
		struct addr addr;
	} peer[FD_MAX];
};

struct event {
	uint16_t kind;
	int32_t value; /* a descriptor, or what went wrong */
};

/* Where 'fd' comes from, if it is still open: a client that fails at once
 * may be gone before its event is read. */
static void
remember(struct zap_watch *w, int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} from;
	socklen_t len = sizeof(from);

	if (fd < 0 || fd >= FD_MAX)
		return;
	w->peer[fd].known = false;
	if (getpeername(fd, &from.any, &len) == -1)
		return;
	if (from.any.sa_family == AF_INET6)
		memcpy(w->peer[fd].addr.b, &from.v6.sin6_addr, 16);
	else if (from.any.sa_family == AF_INET)
		w->peer[fd].addr =
		    addr_from_v4((const uint8_t *)&from.v4.sin_addr);
	else
		return;
	w->peer[fd].known = true;
}

static const char *
why_of(int32_t value)
{
	switch (value) {
	case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH:
		return "no-curve";
	case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC:
		return "wrong-server-key";
	default:
		return "handshake";
	}
}

/* libzmq says that a handshake failed, then that its descriptor is closed,
 * with nothing of another client between: all from its one I/O thread. */
static void
handle(struct zap_watch *w, const struct event *v)
{
	char text[ADDR_TEXT_MAX] = "?";
	const char *why = w->why;

	w->why = NULL;
	if (v->kind == ZMQ_EVENT_ACCEPTED)
		remember(w, v->value);
	else if (v->kind == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
		w->why = why_of(v->value);
	else if (v->kind == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
		w->why = "handshake";
	else if (why != NULL) {
		if (v->value >= 0 && v->value < FD_MAX &&
		    w->peer[v->value].known)
			addr_format(&w->peer[v->value].addr, text);
		w->fn(w->arg, why, text);
	}
}

static bool
next_event(void *monitor, struct event *out)
{
	uint8_t head[6];
	char endpoint[256];

	if (zmq_recv(monitor, head, sizeof(head), ZMQ_DONTWAIT) !=
	    (int)sizeof(head))
		return false;
	zmq_recv(monitor, endpoint, sizeof(endpoint), 0);
	memcpy(&out->kind, head, sizeof(out->kind));
	memcpy(&out->value, head + 2, sizeof(out->value));
	return true;
}

static void
on_event(void *arg)
{
	struct zap_watch *w = arg;
	struct event v;

	for (int i = 0; i < ROUND_MAX && next_event(w->monitor, &v); i++)
		handle(w, &v);
}

struct zap_watch *
zap_watch_open(void *zmq_ctx, struct loop *l, void *sock, zap_watch_fn *fn,
    void *arg, struct err *e)
{
	struct zap_watch *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	w->loop = l;
	w->fn = fn;
	w->arg = arg;
	w->monitor = zmq_socket(zmq_ctx, ZMQ_PAIR);
	if (w->monitor == NULL ||
	    zmq_socket_monitor(sock, ENDPOINT, EVENTS) == -1 ||
	    zmq_connect(w->monitor, ENDPOINT) == -1 ||
	    (w->watch = loop_zmq(l, w->monitor, on_event, w)) == NULL) {
		err_set(e, EX_OSERR, "cannot watch handshakes: %s",
		    zmq_strerror(errno));
		zap_watch_close(w);
		return NULL;
	}
	return w;
}

void
zap_watch_close(struct zap_watch *w)
{
	int saved = errno;

	if (w == NULL)
		return;
	loop_unwatch(w->loop, w->watch);
	if (w->monitor != NULL)
		zmq_close(w->monitor);
	free(w);
	errno = saved;
}
