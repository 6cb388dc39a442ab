/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "aggregator/feed/feed_json.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Alerts and incidents that changed since the last flush; when it is full it
 * is time for one. */
#define NEWS_MAX 256
#define TOPIC_MAX 200

struct alert_news {
	struct alert alert;
	bool update;
};

struct incident_news {
	struct incident incident; /* owns its evidence */
	char op[16];
};

/* Written, and to be published once that is durable. */
struct outgoing {
	char topic[TOPIC_MAX];
	uint64_t sequence;
	char *json;
	uint8_t *pb;
	size_t pb_len;
};

struct core_news {
	struct alert_news alert[NEWS_MAX];
	size_t n_alert;
	struct incident_news incident[NEWS_MAX];
	size_t n_incident;
	struct outgoing out[2 * NEWS_MAX];
	size_t n_out;
	bool urgent, failing;
};

struct core_news *
core_news_new(void)
{
	return calloc(1, sizeof(struct core_news));
}

static void
forget_outgoing(struct core_news *n)
{
	for (size_t i = 0; i < n->n_out; i++) {
		free(n->out[i].json);
		free(n->out[i].pb);
	}
	n->n_out = 0;
}

static void
forget_news(struct core_news *n)
{
	for (size_t i = 0; i < n->n_incident; i++)
		incident_fini(&n->incident[i].incident);
	n->n_alert = n->n_incident = 0;
	n->urgent = false;
}

void
core_news_free(struct core_news *n)
{
	if (n == NULL)
		return;
	forget_outgoing(n);
	forget_news(n);
	free(n);
}

bool
core_news_urgent(const struct core *c)
{
	return c->news->urgent;
}

static void
on_alert(void *arg, const struct alert *a, bool update)
{
	struct core *c = arg;
	struct core_news *n = c->news;
	size_t i = 0;

	while (i < n->n_alert && strcmp(n->alert[i].alert.id, a->id) != 0)
		i++;
	if (i == NEWS_MAX) {
		core_flush(c);
		i = n->n_alert;
		if (i == NEWS_MAX)
			return; /* kept by the pipeline; said by core_flush */
	}
	/* New, and not told yet: stays new whatever comes after it. */
	n->alert[i].update = i < n->n_alert ? n->alert[i].update : update;
	n->alert[i].alert = *a;
	if (i == n->n_alert)
		n->n_alert++;
	n->urgent |= !update;
}

static void
on_incident(void *arg, const struct incident *in, const char *op)
{
	struct core *c = arg;
	struct core_news *n = c->news;
	struct incident_news *x;
	size_t i = 0;

	while (i < n->n_incident &&
	       strcmp(n->incident[i].incident.id, in->id) != 0)
		i++;
	if (i == NEWS_MAX) {
		core_flush(c);
		i = n->n_incident;
		if (i == NEWS_MAX)
			return;
	}
	x = &n->incident[i];
	if (i < n->n_incident)
		incident_fini(&x->incident);
	else
		snprintf(x->op, sizeof(x->op), "%s", op);
	if (incident_copy(&x->incident, in) == -1)
		x->incident = (struct incident){0};
	if (i == n->n_incident)
		n->n_incident++;
	n->urgent |= strcmp(op, "update") != 0;
}

void
core_news_sink(struct core *c, struct pipeline_sink *sink)
{
	*sink = (struct pipeline_sink){
	    .arg = c, .alert = on_alert, .incident = on_incident};
}

/* Append to the feed's log; what is to be published is kept in n->out.
 * 'json' now belongs to the list.  Returns 0 or -1. */
static int
log_one(struct core *c, const char *topic, char *json, const uint8_t *pb,
    size_t pb_len, int64_t now, struct err *e)
{
	struct outgoing *o = &c->news->out[c->news->n_out++];

	snprintf(o->topic, sizeof(o->topic), "%s", topic);
	o->json = json;
	o->pb_len = pb_len;
	o->pb = malloc(pb_len + 1);
	if (json == NULL || o->pb == NULL || pb_len == 0)
		return err_set(e, EX_OSERR, "cannot write %s", topic);
	memcpy(o->pb, pb, pb_len);
	o->sequence = state_log(c->state, topic, json, pb, pb_len, now, e);
	return o->sequence == 0 ? -1 : 0;
}

static int
write_alert(
    struct core *c, const struct alert_news *x, int64_t now, struct err *e)
{
	char topic[TOPIC_MAX];
	const uint8_t *pb;
	size_t len;

	if (state_put_alert(c->state, &x->alert, e) == -1)
		return -1;
	snprintf(topic, sizeof(topic), "alert/%s/%s/", x->alert.honeynet,
	    x->alert.detector);
	len = wire_pack_alert(c->wire, &x->alert, x->update, &pb, e);
	return log_one(c, topic,
	    feed_json_alert(
		&x->alert, x->update, state_log_last(c->state) + 1, now),
	    pb, len, now, e);
}

static int
write_incident(
    struct core *c, const struct incident_news *x, int64_t now, struct err *e)
{
	char topic[TOPIC_MAX];
	const uint8_t *pb;
	size_t len;

	if (state_put_incident(c->state, &x->incident, e) == -1)
		return -1;
	snprintf(topic, sizeof(topic), "incident/%s/", x->incident.honeynet);
	len = wire_pack_incident(c->wire, &x->incident, x->op, &pb, e);
	return log_one(c, topic,
	    feed_json_incident(
		&x->incident, x->op, state_log_last(c->state) + 1, now),
	    pb, len, now, e);
}

static int
write_all(struct core *c, struct err *e)
{
	struct core_news *n = c->news;
	int64_t now = clock_wall_ns();

	if (state_begin(c->state, e) == -1)
		return -1;
	for (size_t i = 0; i < n->n_alert; i++)
		if (write_alert(c, &n->alert[i], now, e) == -1)
			return -1;
	for (size_t i = 0; i < n->n_incident; i++)
		if (write_incident(c, &n->incident[i], now, e) == -1)
			return -1;
	if (c->position_moved &&
	    state_set_position(c->state, &c->position, e) == -1)
		return -1;
	return state_commit(c->state, e);
}

static void
publish_one(struct core *c, struct chan *ch, const char *family,
    const struct outgoing *o, const void *payload, size_t len)
{
	char topic[TOPIC_MAX + 8];
	uint8_t topic_len, sequence[8];
	struct iovec v[] = {
	    {&topic_len, 1},
	    {topic, 0},
	    {c->run.b, WIRE_RUN_BYTES},
	    {sequence, sizeof(sequence)},
	    {(void *)(uintptr_t)payload, len},
	};

	snprintf(topic, sizeof(topic), "%s/%s", family, o->topic);
	topic_len = (uint8_t)strlen(topic);
	v[1].iov_len = topic_len;
	for (int i = 0; i < 8; i++)
		sequence[i] = (uint8_t)(o->sequence >> 8 * i);
	if (chan_send(ch, PROC_PUBLISH, v, sizeof(v) / sizeof(*v)) == -1)
		log_warn("core",
		    "the feed does not keep up: message %llu is "
		    "in its log only",
		    (unsigned long long)o->sequence);
}

static void
publish_all(struct core *c)
{
	struct chan *ch = child_chan(c->feed);
	uint8_t last[8];
	struct iovec v[] = {{c->run.b, WIRE_RUN_BYTES}, {last, sizeof(last)}};

	if (ch == NULL || c->news->n_out == 0)
		return;
	for (size_t i = 0; i < c->news->n_out; i++) {
		const struct outgoing *o = &c->news->out[i];

		publish_one(c, ch, "json", o, o->json, strlen(o->json));
		publish_one(c, ch, "pb", o, o->pb, o->pb_len);
	}
	proc_put_u64(last, state_log_last(c->state));
	chan_send(ch, PROC_SEQUENCE, v, 2);
}

void
core_flush(struct core *c)
{
	struct core_news *n = c->news;
	struct err e;

	if (n->n_alert == 0 && n->n_incident == 0 && !c->position_moved)
		return;
	if (write_all(c, &e) == -1) {
		if (!n->failing)
			log_error("core",
			    "alerts cannot be written: %s; they "
			    "are kept and tried again",
			    e.text);
		n->failing = true;
		forget_outgoing(n);
		loop_timer_in(c->flush, CORE_FLUSH_NS, false);
		return;
	}
	n->failing = false;
	c->position_moved = false;
	publish_all(c);
	forget_outgoing(n);
	forget_news(n);
}
