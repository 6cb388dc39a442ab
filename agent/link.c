/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/link.h"

#include "agent/link_socket.h"
#include "agent/window.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#define BACKOFF_FIRST_NS (100 * NS_PER_MS)
#define BACKOFF_MOST_NS (5 * NS_PER_SEC)
#define WINDOW_FIRST 4	/* messages on their way before Welcome says more */
#define WINDOW_MOST 256 /* whatever Welcome says: 256 x 64 KiB are 16 MiB */
/* An aggregator that lives answers within a second, if only that its disk is
 * full; our heartbeat asks every second.  A cut is noticed by this. */
#define ACK_PATIENCE_NS (5 * NS_PER_SEC)

enum link_state {
	LINK_WAITING, /* for the back-off to end */
	LINK_CONNECTING,
	LINK_GREETING, /* Hello is sent */
	LINK_UP,
};

struct link {
	struct link_options o;
	struct loop *loop;
	void *zmq_ctx; /* one for life: it owns a thread */
	struct link_socket *socket;
	struct loop_timer *retry, *patience;
	struct window *window;
	struct wire *wire;
	enum link_state state;
	size_t most; /* messages on their way */
	int64_t backoff_ns;
	struct run_id run; /* as Hello said */
	uint64_t oldest;   /* whose acknowledgement is waited for */
	uint64_t refused;
	char complaint[ERR_TEXT_MAX]; /* said last: said once */
};

/* A condition that repeats is logged when it changes. */
static void
complain(struct link *k, const char *text)
{
	if (strcmp(k->complaint, text) == 0)
		return;
	snprintf(k->complaint, sizeof(k->complaint), "%s", text);
	log_warn("link", "%s: %s", k->o.aggregator, text);
}

/* Drop the socket; a new one comes after a while. */
static void
fall(struct link *k, const char *why)
{
	uint32_t half = (uint32_t)(k->backoff_ns / 2 / 1000);

	complain(k, why);
	link_socket_close(k->socket);
	k->socket = NULL;
	window_unsend(k->window);
	k->state = LINK_WAITING;
	loop_timer_off(k->patience);
	loop_timer_in(k->retry,
	    k->backoff_ns / 2 + (int64_t)randombytes_uniform(half) * 1000,
	    false);
	k->backoff_ns *= 2;
	if (k->backoff_ns > BACKOFF_MOST_NS)
		k->backoff_ns = BACKOFF_MOST_NS;
}

/* Wait for the oldest: one that got lost while later ones are acknowledged
 * needs another connection. */
static void
be_patient(struct link *k)
{
	uint64_t oldest = window_oldest(k->window);

	if (oldest == 0)
		loop_timer_off(k->patience);
	else if (oldest != k->oldest || !loop_timer_on(k->patience))
		loop_timer_in(k->patience, ACK_PATIENCE_NS, false);
	k->oldest = oldest;
}

static void
push(struct link *k)
{
	const struct window_item *i;

	if (k->state != LINK_UP)
		return;
	while ((i = window_next(k->window, k->most)) != NULL) {
		if (link_socket_send(k->socket, i->buf, i->len) == -1)
			break;
		window_sent(k->window, i->sequence);
	}
	be_patient(k);
}

static void
greet(struct link *k)
{
	struct wire_message m = {.kind = WIRE_HELLO};
	const uint8_t *buf;
	struct err e;
	size_t len;

	m.hello.version_min = WIRE_VERSION_MIN;
	m.hello.version_max = WIRE_VERSION_MAX;
	k->o.hello(k->o.arg, &m.hello);
	k->run = m.hello.run;
	len = wire_pack(k->wire, &m, &buf, &e);
	if (len == 0) {
		fall(k, e.text);
		return;
	}
	if (link_socket_send(k->socket, buf, len) == -1) {
		fall(k, "cannot send Hello");
		return;
	}
	k->state = LINK_GREETING;
	loop_timer_in(k->patience, ACK_PATIENCE_NS, false);
}

static void
on_welcome(struct link *k, const struct wire_welcome *w)
{
	char text[ERR_TEXT_MAX];

	if (w->version < WIRE_VERSION_MIN || w->version > WIRE_VERSION_MAX) {
		snprintf(text, sizeof(text),
		    "the aggregator chose protocol version %u; this agent "
		    "speaks %d to %d: one of the two must be upgraded",
		    w->version, WIRE_VERSION_MIN, WIRE_VERSION_MAX);
		fall(k, text);
		return;
	}
	k->state = LINK_UP;
	k->most = w->window == 0 ? WINDOW_FIRST : w->window;
	if (k->most > WINDOW_MOST)
		k->most = WINDOW_MOST;
	k->backoff_ns = BACKOFF_FIRST_NS;
	k->complaint[0] = '\0';
	log_info("link", "connected to %s (%s)", k->o.aggregator, w->software);
	loop_timer_off(k->patience);
	push(k);
}

static void
on_ack(struct link *k, const struct wire_ack *a)
{
	if (memcmp(&a->run, &k->run, sizeof(k->run)) != 0)
		return;
	for (size_t i = 0; i < a->n; i++)
		window_ack(k->window, a->sequence[i]);
	for (size_t i = 0; i < a->n_refused; i++) {
		if (!window_ack(k->window, a->refused[i].sequence))
			continue;
		k->refused++;
		log_warn("link", "the aggregator set message %llu aside: %s",
		    (unsigned long long)a->refused[i].sequence,
		    a->refused[i].reason);
	}
	push(k);
}

static void
on_refusal(struct link *k, const struct wire_refusal *r)
{
	char text[ERR_TEXT_MAX];

	snprintf(text, sizeof(text), "refused: %s", r->reason);
	/* No hurry: a person must change something first. */
	k->backoff_ns = BACKOFF_MOST_NS;
	fall(k, text);
}

static void
on_message(void *arg, const void *buf, size_t len)
{
	struct link *k = arg;
	struct wire_message m;
	struct err e;

	if (wire_unpack(k->wire, buf, len, &m, &e) == -1) {
		fall(k, e.text);
		return;
	}
	switch (m.kind) {
	case WIRE_WELCOME:
		if (k->state == LINK_GREETING)
			on_welcome(k, &m.welcome);
		break;
	case WIRE_REFUSAL:
		on_refusal(k, &m.refusal);
		break;
	case WIRE_ACK:
		if (k->state == LINK_UP)
			on_ack(k, &m.ack);
		break;
	case WIRE_HELLO:
	case WIRE_BATCH:
	case WIRE_HEARTBEAT:
		fall(k, "the aggregator talks like an agent");
		break;
	}
}

static void
on_event(void *arg, enum link_event event, const char *why)
{
	struct link *k = arg;

	switch (event) {
	case LINK_EVENT_READY:
		greet(k);
		break;
	case LINK_EVENT_UNREACHABLE:
		complain(k, why);
		break;
	case LINK_EVENT_BROKEN:
		fall(k, why);
		break;
	}
}

static void
connect_again(void *arg)
{
	struct link *k = arg;
	struct link_socket_options o = {
	    .zmq_ctx = k->zmq_ctx,
	    .endpoint = k->o.aggregator,
	    .server_key = k->o.aggregator_key,
	    .key = k->o.key,
	    .message = on_message,
	    .event = on_event,
	    .arg = k,
	};
	struct err e;

	k->state = LINK_CONNECTING;
	k->socket = link_socket_open(k->loop, &o, &e);
	if (k->socket == NULL)
		fall(k, e.text);
}

static void
lose_patience(void *arg)
{
	fall(arg, "connected, but nothing is acknowledged");
}

struct link *
link_open(struct loop *l, const struct link_options *o, struct err *e)
{
	struct link *k = calloc(1, sizeof(*k));

	if (k == NULL)
		goto fail;
	k->o = *o;
	k->loop = l;
	k->most = WINDOW_FIRST;
	k->backoff_ns = BACKOFF_FIRST_NS;
	k->window = window_new(o->queue_bytes);
	k->wire = wire_new();
	k->zmq_ctx = zmq_ctx_new();
	k->retry = loop_timer(l, connect_again, k);
	k->patience = loop_timer(l, lose_patience, k);
	if (k->window == NULL || k->wire == NULL || k->zmq_ctx == NULL ||
	    k->retry == NULL || k->patience == NULL)
		goto fail;
	connect_again(k);
	return k;
fail:
	err_set(e, EX_OSERR, "out of memory");
	link_close(k);
	return NULL;
}

void
link_close(struct link *k)
{
	if (k == NULL)
		return;
	link_socket_close(k->socket);
	loop_timer_free(k->loop, k->retry);
	loop_timer_free(k->loop, k->patience);
	window_free(k->window);
	wire_free(k->wire);
	if (k->zmq_ctx != NULL)
		zmq_ctx_term(k->zmq_ctx);
	free(k);
}

void
link_put(struct link *k, const struct window_item *i)
{
	window_put(k->window, i);
	push(k);
}

void
link_stats(const struct link *k, struct link_stats *out)
{
	*out = (struct link_stats){
	    .up = k->state == LINK_UP,
	    .dropped = window_dropped(k->window),
	    .untold_dropped = window_untold_dropped(k->window),
	    .untold_lost = window_untold_lost(k->window),
	    .refused = k->refused,
	    .queued_messages = window_messages(k->window),
	    .queued_bytes = window_bytes(k->window),
	};
}
