/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core_news.h"

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

struct core_news *
core_news_new(void)
{
	return calloc(1, sizeof(struct core_news));
}

void
core_news_forget_outgoing(struct core_news *n)
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
	core_news_forget_outgoing(n);
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

static bool
copy_incident(struct incident *to, const struct incident *from)
{
	struct evidence *list = calloc(from->n_evidence + 1, sizeof(*list));

	if (list == NULL)
		return false;
	if (from->n_evidence > 0)
		memcpy(list, from->evidence, from->n_evidence * sizeof(*list));
	*to = *from;
	to->evidence = list;
	return true;
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
	if (!copy_incident(&x->incident, in))
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

int
core_news_log_alert(struct core *c, const struct alert *a, bool update,
    int64_t now, struct err *e)
{
	char topic[TOPIC_MAX];
	const uint8_t *pb;
	size_t len;

	snprintf(
	    topic, sizeof(topic), "alert/%s/%s/", a->honeynet, a->detector);
	len = wire_pack_alert(c->wire, a, update, &pb, e);
	return log_one(c, topic,
	    feed_json_alert(a, update, state_log_last(c->state) + 1, now), pb,
	    len, now, e);
}

static int
write_alert(
    struct core *c, const struct alert_news *x, int64_t now, struct err *e)
{
	if (state_put_alert(c->state, &x->alert, e) == -1)
		return -1;
	if (pipeline_is_muted(c->pipeline, &x->alert))
		return state_hold(c->state, x->alert.id, x->update, e);
	return core_news_log_alert(c, &x->alert, x->update, now, e);
}

int
core_news_write_incident(struct core *c, const struct incident *i,
    const char *op, int64_t now, struct err *e)
{
	char topic[TOPIC_MAX];
	const uint8_t *pb;
	size_t len;

	if (state_put_incident(c->state, i, e) == -1)
		return -1;
	snprintf(topic, sizeof(topic), "incident/%s/", i->honeynet);
	len = wire_pack_incident(c->wire, i, op, &pb, e);
	return log_one(c, topic,
	    feed_json_incident(i, op, state_log_last(c->state) + 1, now), pb,
	    len, now, e);
}

/* What it counts while it is muted is written, and not told. */
static int
write_incident_news(
    struct core *c, const struct incident_news *x, int64_t now, struct err *e)
{
	if (x->incident.handling.muted_until_ns != 0)
		return state_put_incident(c->state, &x->incident, e);
	return core_news_write_incident(c, &x->incident, x->op, now, e);
}

static int
write_expectations(struct core *c, struct err *e)
{
	struct expectation_state x;

	for (size_t i = 0; pipeline_expectation(c->pipeline, i, &x); i++)
		if (state_put_expectation(c->state, &x, e) == -1)
			return -1;
	return 0;
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
		if (write_incident_news(c, &n->incident[i], now, e) == -1)
			return -1;
	if (write_expectations(c, e) == -1)
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

void
core_news_publish(struct core *c)
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
		core_news_forget_outgoing(n);
		loop_timer_in(c->flush, CORE_FLUSH_NS, false);
		return;
	}
	n->failing = false;
	c->position_moved = false;
	core_news_publish(c);
	core_news_forget_outgoing(n);
	forget_news(n);
}

bool
core_news_told(const struct core *c)
{
	return c->news->n_alert == 0 && c->news->n_incident == 0;
}
