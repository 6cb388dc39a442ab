/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/ingest/selftest.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#define EVERY_NS (60 * NS_PER_SEC)
#define PATIENCE_NS (10 * NS_PER_SEC) /* a handshake takes 1 ms */
#define ENDPOINT_MAX 256
#define MONITOR "inproc://selftest"
#define EVENTS (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

struct selftest {
	void *ctx, *sock, *monitor;
	struct loop *loop;
	struct loop_watch *watch;
	struct loop_timer *timer;
	char endpoint[ENDPOINT_MAX];
	struct key server_key;
	struct key_pair key;
	struct selftest_callbacks cb;
	bool passed;
};

/* "tcp://0.0.0.0:1" is bound, "tcp://127.0.0.1:1" is called. */
static void
callable(const char *bound, char *out)
{
	static const char *const any[][2] = {
	    {"tcp://0.0.0.0:", "tcp://127.0.0.1:"},
	    {"tcp://[::]:", "tcp://[::1]:"},
	    {"tcp://*:", "tcp://127.0.0.1:"},
	};

	snprintf(out, ENDPOINT_MAX, "%s", bound);
	for (size_t i = 0; i < sizeof(any) / sizeof(*any); i++) {
		size_t len = strlen(any[i][0]);

		if (strncmp(bound, any[i][0], len) == 0)
			snprintf(
			    out, ENDPOINT_MAX, "%s%s", any[i][1], bound + len);
	}
}

static void
hang_up(struct selftest *t)
{
	loop_unwatch(t->loop, t->watch);
	t->watch = NULL;
	if (t->sock != NULL) {
		zmq_socket_monitor(t->sock, NULL, 0);
		zmq_close(t->sock);
	}
	if (t->monitor != NULL)
		zmq_close(t->monitor);
	t->sock = t->monitor = NULL;
	key_wipe(&t->key);
}

static void
on_event(void *arg)
{
	struct selftest *t = arg;
	uint8_t head[6], waste[ENDPOINT_MAX];
	uint16_t event;

	if (zmq_recv(t->monitor, head, sizeof(head), ZMQ_DONTWAIT) <
	    (int)sizeof(head))
		return;
	zmq_recv(t->monitor, waste, sizeof(waste), 0);
	memcpy(&event, head, sizeof(event));
	hang_up(t);
	if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
		t->cb.broken(t->cb.arg, "an unknown key was let in");
		return;
	}
	loop_timer_in(t->timer, EVERY_NS, false);
	if (!t->passed)
		t->cb.first(t->cb.arg);
	t->passed = true;
}

static int
dial(struct selftest *t)
{
	int zero = 0, on = 1;

	key_make(&t->key);
	t->sock = zmq_socket(t->ctx, ZMQ_DEALER);
	t->monitor = zmq_socket(t->ctx, ZMQ_PAIR);
	if (t->sock == NULL || t->monitor == NULL)
		return -1;
	zmq_setsockopt(t->sock, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(t->monitor, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(t->sock, ZMQ_IPV6, &on, sizeof(on));
	if (zmq_setsockopt(t->sock, ZMQ_CURVE_SERVERKEY, t->server_key.b,
		KEY_BYTES) == -1 ||
	    zmq_setsockopt(t->sock, ZMQ_CURVE_PUBLICKEY, t->key.public.b,
		KEY_BYTES) == -1 ||
	    zmq_setsockopt(t->sock, ZMQ_CURVE_SECRETKEY, t->key.secret.b,
		KEY_BYTES) == -1 ||
	    zmq_socket_monitor(t->sock, MONITOR, EVENTS) == -1 ||
	    zmq_connect(t->monitor, MONITOR) == -1)
		return -1;
	t->watch = loop_zmq(t->loop, t->monitor, on_event, t);
	if (t->watch == NULL)
		return -1;
	return zmq_connect(t->sock, t->endpoint);
}

static void
on_timer(void *arg)
{
	struct selftest *t = arg;

	if (t->sock != NULL) {
		hang_up(t);
		t->cb.broken(t->cb.arg, "nobody answers at our own endpoint");
		return;
	}
	if (dial(t) == -1) {
		t->cb.broken(t->cb.arg, zmq_strerror(errno));
		return;
	}
	loop_timer_in(t->timer, PATIENCE_NS, false);
}

struct selftest *
selftest_open(void *zmq_ctx, struct loop *l, const char *endpoint,
    const struct key *server_key, const struct selftest_callbacks *cb,
    struct err *e)
{
	struct selftest *t = calloc(1, sizeof(*t));

	if (t == NULL)
		goto fail;
	t->ctx = zmq_ctx;
	t->loop = l;
	t->server_key = *server_key;
	t->cb = *cb;
	callable(endpoint, t->endpoint);
	t->timer = loop_timer(l, on_timer, t);
	if (t->timer == NULL)
		goto fail;
	loop_timer_in(t->timer, 0, false);
	return t;
fail:
	err_set(e, EX_OSERR, "out of memory");
	selftest_close(t);
	return NULL;
}

void
selftest_close(struct selftest *t)
{
	if (t == NULL)
		return;
	hang_up(t);
	loop_timer_free(t->loop, t->timer);
	free(t);
}

const struct key *
selftest_key(const struct selftest *t)
{
	return &t->key.public;
}
