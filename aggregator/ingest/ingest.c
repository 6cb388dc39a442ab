/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/ingest/ingest.h"

#include "aggregator/ingest/router.h"
#include "aggregator/ingest/selftest.h"
#include "common/chan.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/proc.h"
#include "common/rd.h"
#include "common/zap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

#define DOMAIN "synhive-ingest"

struct ingest {
	struct loop *loop;
	struct chan *core;
	void *ctx;
	struct router *router;
	struct zap *zap;
	struct selftest *selftest;
	struct guests *guests;
	struct key_pair key;
	struct log_limit limit;
	int status;
};

static void
give_up(struct ingest *in, const struct err *e)
{
	/* The core reads it, and ends us. */
	in->status = e->code;
	proc_send_failed(in->core, e);
}

static void
on_drained(void *arg)
{
	struct ingest *in = arg;

	if (in->router != NULL)
		router_resume(in->router);
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
	log_warn_limited(&in->limit, "ingest",
	    "refused: unknown key %s from %s", key, r->address);
	proc_send_refused(in->core, "unknown-key", who);
	return ZAP_REFUSED;
}

static void
on_proven(void *arg)
{
	struct ingest *in = arg;
	char endpoint[256];

	router_endpoint(in->router, endpoint, sizeof(endpoint));
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
serve(struct ingest *in, const char *endpoint, struct err *e)
{
	struct selftest_callbacks cb = {on_proven, on_broken, in};
	struct router_options o = {
	    .zmq_ctx = in->ctx,
	    .core = in->core,
	    .endpoint = endpoint,
	    .domain = DOMAIN,
	    .key = &in->key,
	};

	in->zap = zap_open(in->ctx, in->loop, decide, in, e);
	if (in->zap == NULL)
		return -1;
	in->router = router_open(in->loop, &o, e);
	if (in->router == NULL)
		return -1;
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
		router_send(in->router, session, r->p, r->left);
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
	if (in.loop == NULL || in.ctx == NULL || in.guests == NULL)
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
	zap_close(in.zap);
	router_close(in.router);
	chan_close(in.core);
	loop_free(in.loop);
	if (in.ctx != NULL)
		zmq_ctx_term(in.ctx);
	guests_free(in.guests);
	key_wipe(&in.key);
	return in.status;
}
