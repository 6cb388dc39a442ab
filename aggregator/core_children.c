/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/proc.h"
#include "common/rd.h"

#include <sysexits.h>
#include <systemd/sd-daemon.h>

static void
tell_guests(struct chan *ch, const struct site *site, bool sensors)
{
	if (sensors)
		for (size_t i = 0; i < site->n_sensor; i++)
			proc_send_guest(
			    ch, &site->sensor[i].key, site->sensor[i].name);
	else
		for (size_t i = 0; i < site->n_subscriber; i++)
			proc_send_guest(ch, &site->subscriber[i].key,
			    site->subscriber[i].name);
	proc_send_text(ch, PROC_GUESTS, "");
}

static void
ingest_started(void *arg, struct chan *ch)
{
	struct core *c = arg;

	tell_guests(ch, c->config->site, true);
	proc_send_key(ch, &c->key.secret, c->config->listen);
}

static void
feed_started(void *arg, struct chan *ch)
{
	struct core *c = arg;
	uint8_t last[8];
	struct iovec v[] = {{c->run.b, WIRE_RUN_BYTES}, {last, sizeof(last)}};

	proc_put_u64(last, state_log_last(c->state));
	tell_guests(ch, c->config->site, false);
	chan_send(ch, PROC_SEQUENCE, v, 2);
	proc_send_key(ch, &c->key.secret, c->config->feed);
}

static void
ingest_gone(void *arg)
{
	core_sensors_hang_up(arg);
}

static void
feed_gone(void *arg)
{
	(void)arg;
}

static void
child_ready(struct core *c, bool *which, const char *what, struct rd *r)
{
	char endpoint[PROC_TEXT_MAX];

	/* The other one failed: why is the last thing to be said. */
	if (c->status != EX_OK)
		return;
	proc_get_rest(r, endpoint, sizeof(endpoint));
	*which = true;
	log_info("core", "%s on %s", what, endpoint);
	if (!c->ingest_ready || !c->feed_ready || c->ready)
		return;
	c->ready = true;
	sd_notify(0, "READY=1");
	log_info("core", "ready");
}

/* At the start the operator can mend it; later another process tries again,
 * with back-off.  It must not go on: it may have found that it lets anybody
 * in. */
static void
child_failed(struct core *c, struct child *which, struct rd *r)
{
	char text[ERR_TEXT_MAX];
	int code = rd_u8(r);

	proc_get_rest(r, text, sizeof(text));
	log_error("core", "%s", text);
	if (c->ready) {
		child_kill(which);
		return;
	}
	c->status = code;
	loop_stop(c->loop);
}

static void
child_refused(struct core *c, struct rd *r)
{
	char why[32], who[80];

	proc_get_text(r, why, sizeof(why));
	proc_get_text(r, who, sizeof(who));
	if (!r->bad)
		core_count_refused(c, why, who);
}

static void
ingest_frame(void *arg, uint8_t kind, const uint8_t *body, size_t len)
{
	struct core *c = arg;
	struct rd r = rd_init(body, len);

	if (kind == PROC_MESSAGE)
		core_message(c, body, len);
	else if (kind == PROC_READY)
		child_ready(c, &c->ingest_ready, "agents are received", &r);
	else if (kind == PROC_FAILED)
		child_failed(c, c->ingest, &r);
	else if (kind == PROC_REFUSED)
		child_refused(c, &r);
}

static void
feed_frame(void *arg, uint8_t kind, const uint8_t *body, size_t len)
{
	struct core *c = arg;
	struct rd r = rd_init(body, len);

	if (kind == PROC_READY)
		child_ready(c, &c->feed_ready, "alerts are published", &r);
	else if (kind == PROC_FAILED)
		child_failed(c, c->feed, &r);
	else if (kind == PROC_REFUSED)
		child_refused(c, &r);
}

int
core_start_children(struct core *c, int exe_fd, struct err *e)
{
	struct child_options ingest = {.role = "ingest",
	    .exe_fd = exe_fd,
	    .memory = c->config->ingest_memory,
	    .started = ingest_started,
	    .frame = ingest_frame,
	    .gone = ingest_gone,
	    .arg = c};
	struct child_options feed = {.role = "feed",
	    .exe_fd = exe_fd,
	    .memory = c->config->feed_memory,
	    .started = feed_started,
	    .frame = feed_frame,
	    .gone = feed_gone,
	    .arg = c};

	c->ingest = child_open(c->loop, &ingest, e);
	if (c->ingest == NULL)
		return -1;
	c->feed = child_open(c->loop, &feed, e);
	return c->feed == NULL ? -1 : 0;
}
