/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/feed/feed.h"

#include "common/chan.h"
#include "common/clock.h"
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

#define DOMAIN "synhive-feed"
#define HEARTBEAT_TOPIC "meta/heartbeat/"
#define HEARTBEAT_NS NS_PER_SEC
/* From a subscriber: its longest message is CURVE's INITIATE, 257 bytes and
 * its properties.  Subscriptions are shorter. */
#define MESSAGE_MAX 512
/* Messages that wait for one subscriber.  Beyond, it misses some, sees that
 * by the sequence, and nobody else is held up. */
#define SEND_HWM 10000

struct feed {
	struct loop *loop;
	struct chan *core;
	void *ctx, *pub;
	struct loop_watch *watch;
	struct loop_timer *heartbeat;
	struct zap *zap;
	struct zap_watch *handshakes;
	struct guests *guests;
	struct wire *wire;
	struct key_pair key;
	struct log_limit limit;
	struct run_id run;
	uint64_t sequence;
	int status;
};

static void
give_up(struct feed *f, const struct err *e)
{
	/* The core reads it, and ends us. */
	f->status = e->code;
	proc_send_failed(f->core, e);
}

static void
publish(struct feed *f, const char *topic, const uint8_t *tail,
    const void *payload, size_t len)
{
	if (zmq_send(f->pub, topic, strlen(topic),
		ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1 ||
	    zmq_send(f->pub, payload, len, ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1 ||
	    zmq_send(f->pub, tail, PROC_TAIL_BYTES, ZMQ_DONTWAIT) == -1)
		log_warn("feed", "cannot publish %s: %s", topic,
		    zmq_strerror(errno));
}

static void
make_tail(const struct feed *f, uint8_t tail[static PROC_TAIL_BYTES])
{
	memcpy(tail, f->run.b, WIRE_RUN_BYTES);
	for (int i = 0; i < 8; i++)
		tail[WIRE_RUN_BYTES + i] = (uint8_t)(f->sequence >> 8 * i);
}

static void
beat(void *arg)
{
	struct feed *f = arg;
	uint8_t tail[PROC_TAIL_BYTES];
	const uint8_t *buf;
	struct err e;
	size_t len = wire_pack_feed_heartbeat(
	    f->wire, &f->run, f->sequence, clock_wall_ns(), &buf, &e);

	if (len == 0) {
		log_warn("feed", "%s", e.text);
		return;
	}
	make_tail(f, tail);
	publish(f, HEARTBEAT_TOPIC, tail, buf, len);
}

/* Subscriptions come as messages; they are only to be taken off. */
static void
on_subscription(void *arg)
{
	struct feed *f = arg;
	char topic[MESSAGE_MAX + 1];
	int n;

	while ((n = zmq_recv(f->pub, topic, MESSAGE_MAX, ZMQ_DONTWAIT)) > 0) {
		topic[n > MESSAGE_MAX ? MESSAGE_MAX : n] = '\0';
		log_debug("feed", "%s \"%s\"",
		    topic[0] == 1 ? "subscribed" : "unsubscribed", topic + 1);
	}
}

static enum zap_status
decide(void *arg, const struct zap_request *r, const char **user)
{
	struct feed *f = arg;
	char key[KEY_TEXT_MAX], who[PROC_TEXT_MAX];

	*user = guests_find(f->guests, r->key);
	if (strcmp(r->domain, DOMAIN) == 0 && *user != NULL)
		return ZAP_OK;
	*user = "";
	snprintf(who, sizeof(who), "%s key %.16s", r->address,
	    key_format(r->key, key));
	log_warn_limited(&f->limit, "feed",
	    "refused: unknown subscriber key %s from %s", key, r->address);
	proc_send_refused(f->core, "unknown-subscriber", who);
	/* Subscribers are other people's programs on plain libzmq, which
	 * never comes back after a 400, not even once it is registered. */
	return ZAP_LATER;
}

/* Nobody knows who it was: no key was shown. */
static void
on_handshake_failed(void *arg, const char *why, const char *address)
{
	struct feed *f = arg;

	log_warn_limited(
	    &f->limit, "feed", "refused: %s, a client from %s", why, address);
	proc_send_refused(f->core, why, address);
}

static int
set_options(void *pub, const char *endpoint, struct err *e)
{
	static const struct {
		int option, value;
	} ints[] = {
	    {ZMQ_LINGER, 0},
	    {ZMQ_SNDHWM, SEND_HWM},
	    {ZMQ_BACKLOG, 128},
	    {ZMQ_HANDSHAKE_IVL, 3000},
	    {ZMQ_HEARTBEAT_IVL, 2000},
	    {ZMQ_HEARTBEAT_TIMEOUT, 10000},
	    {ZMQ_HEARTBEAT_TTL, 20000},
	};
	int64_t max = MESSAGE_MAX;
	int ipv6 = zap_is_ipv6(endpoint);

	for (size_t i = 0; i < sizeof(ints) / sizeof(*ints); i++)
		if (zmq_setsockopt(
			pub, ints[i].option, &ints[i].value, sizeof(int)) == -1)
			return err_set(e, EX_UNAVAILABLE,
			    "cannot set up the feed's socket: %s",
			    zmq_strerror(errno));
	if (zmq_setsockopt(pub, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == -1 ||
	    zmq_setsockopt(pub, ZMQ_IPV6, &ipv6, sizeof(ipv6)) == -1)
		return err_set(e, EX_UNAVAILABLE, "cannot bound messages");
	return 0;
}

static int
serve(struct feed *f, const char *endpoint, struct err *e)
{
	char bound[PROC_TEXT_MAX];
	size_t size = sizeof(bound);

	f->zap = zap_open(f->ctx, f->loop, decide, f, e);
	if (f->zap == NULL)
		return -1;
	f->pub = zmq_socket(f->ctx, ZMQ_XPUB);
	if (f->pub == NULL)
		return err_set(
		    e, EX_OSERR, "no socket: %s", zmq_strerror(errno));
	if (set_options(f->pub, endpoint, e) == -1 ||
	    zap_guard(f->pub, &f->key, DOMAIN, e) == -1)
		return -1;
	f->handshakes =
	    zap_watch_open(f->ctx, f->loop, f->pub, on_handshake_failed, f, e);
	if (f->handshakes == NULL)
		return -1;
	if (zmq_bind(f->pub, endpoint) == -1)
		return err_set(e, EX_UNAVAILABLE,
		    "cannot listen on %s for subscribers: %s", endpoint,
		    zmq_strerror(errno));
	f->watch = loop_zmq(f->loop, f->pub, on_subscription, f);
	f->heartbeat = loop_timer(f->loop, beat, f);
	if (f->watch == NULL || f->heartbeat == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	loop_timer_in(f->heartbeat, HEARTBEAT_NS, true);
	zmq_getsockopt(f->pub, ZMQ_LAST_ENDPOINT, bound, &size);
	proc_send_text(f->core, PROC_READY, bound);
	return 0;
}

static void
on_key(struct feed *f, struct rd *r)
{
	char endpoint[PROC_TEXT_MAX];
	struct err e;

	rd_copy(r, f->key.secret.b, KEY_BYTES);
	proc_get_rest(r, endpoint, sizeof(endpoint));
	key_public(&f->key.secret, &f->key.public);
	if (serve(f, endpoint, &e) == -1)
		give_up(f, &e);
}

static void
on_guest(struct feed *f, struct rd *r)
{
	struct key k;
	char name[64];

	rd_copy(r, k.b, KEY_BYTES);
	proc_get_rest(r, name, sizeof(name));
	guests_gather(f->guests, &k, name);
}

static void
on_sequence(struct feed *f, struct rd *r)
{
	rd_copy(r, f->run.b, WIRE_RUN_BYTES);
	f->sequence = proc_get_u64(r);
}

static void
on_publish(struct feed *f, struct rd *r)
{
	char topic[PROC_TEXT_MAX + 1];
	const uint8_t *tail;

	proc_get_text(r, topic, sizeof(topic));
	tail = rd_bytes(r, PROC_TAIL_BYTES);
	if (!r->bad && f->pub != NULL)
		publish(f, topic, tail, r->p, r->left);
}

static void
on_frame(void *arg, uint8_t kind, const uint8_t *body, size_t len)
{
	struct feed *f = arg;
	struct rd r = rd_init(body, len);

	switch (kind) {
	case PROC_KEY:
		on_key(f, &r);
		break;
	case PROC_GUEST:
		on_guest(f, &r);
		break;
	case PROC_GUESTS:
		guests_replace(f->guests);
		break;
	case PROC_SEQUENCE:
		on_sequence(f, &r);
		break;
	case PROC_PUBLISH:
		on_publish(f, &r);
		break;
	}
}

static void
on_end(void *arg, const char *why)
{
	struct feed *f = arg;

	(void)why;
	loop_stop(f->loop);
}

int
feed_main(void)
{
	struct feed f = {.status = EX_OK};
	struct err e = {.code = EX_OSERR, .text = "out of memory"};

	log_program("synhive-aggregator");
	f.loop = loop_new(&e);
	f.ctx = zmq_ctx_new();
	f.guests = guests_new();
	f.wire = wire_new();
	if (f.loop == NULL || f.ctx == NULL || f.guests == NULL ||
	    f.wire == NULL)
		goto done;
	f.core = chan_open(f.loop, PROC_FD, on_frame, on_end, &f);
	if (f.core != NULL && loop_run(f.loop, &e) == -1)
		f.status = e.code;
done:
	if (f.core == NULL) {
		log_error("feed", "%s", e.text);
		f.status = e.code;
	}
	zap_watch_close(f.handshakes);
	zap_close(f.zap);
	if (f.pub != NULL)
		zmq_close(f.pub);
	chan_close(f.core);
	loop_free(f.loop);
	if (f.ctx != NULL)
		zmq_ctx_term(f.ctx);
	guests_free(f.guests);
	wire_free(f.wire);
	key_wipe(&f.key);
	return f.status;
}
