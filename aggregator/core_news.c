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

/*
 * Distinct alerts and incidents that may wait for a flush: as many as the
 * correlator keeps open, 3 kB each.  Beyond half of it nothing more is
 * committed until they are written, so that none is ever left out.
 */
#define NEWS_MAX 16384
#define NEWS_ENOUGH (NEWS_MAX / 2)
#define SLOTS (4 * NEWS_MAX) /* a power of two */
#define TOPIC_MAX 200

/* An alert, or an incident if 'op' is set. */
struct item {
	struct alert alert;
	struct incident incident; /* owns its evidence */
	bool update;
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
	struct item **item; /* in the order in which they became news */
	size_t n;
	uint32_t slot[SLOTS]; /* by id: index plus 1 */
	struct outgoing *out;
	size_t n_out;
	bool urgent, failing;
	uint64_t left_out;
};

struct core_news *
core_news_new(void)
{
	struct core_news *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->item = calloc(NEWS_MAX, sizeof(struct item *));
	n->out = calloc(NEWS_MAX, sizeof(*n->out));
	if (n->item == NULL || n->out == NULL) {
		core_news_free(n);
		return NULL;
	}
	return n;
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
	for (size_t i = 0; i < n->n; i++) {
		incident_fini(&n->item[i]->incident);
		free(n->item[i]);
	}
	if (n->n > 0)
		memset(n->slot, 0, sizeof(n->slot));
	n->n = 0;
	n->urgent = false;
}

void
core_news_free(struct core_news *n)
{
	if (n == NULL)
		return;
	forget_outgoing(n);
	forget_news(n);
	free(n->item);
	free(n->out);
	free(n);
}

bool
core_news_urgent(const struct core *c)
{
	return c->news->urgent;
}

bool
core_news_is_none(const struct core *c)
{
	return c->news->n == 0 && !c->position_moved;
}

bool
core_news_enough(const struct core *c)
{
	return c->news->n >= NEWS_ENOUGH;
}

static const char *
id_of(const struct item *x)
{
	return x->op[0] == '\0' ? x->alert.id : x->incident.id;
}

/* The news of that id; '*is_new' if it was none yet.  NULL: no room. */
static struct item *
find(struct core_news *n, const char *id, bool *is_new)
{
	/* An id is a hash in hex: any part of it is as good as another. */
	size_t at =
	    strtoul((char[]){id[0], id[1], id[2], id[3], id[4], 0}, NULL, 16) %
	    SLOTS;

	*is_new = false;
	for (; n->slot[at] != 0; at = (at + 1) % SLOTS)
		if (strcmp(id_of(n->item[n->slot[at] - 1]), id) == 0)
			return n->item[n->slot[at] - 1];
	if (n->n == NEWS_MAX ||
	    (n->item[n->n] = calloc(1, sizeof(struct item))) == NULL) {
		n->left_out++;
		return NULL;
	}
	*is_new = true;
	n->slot[at] = (uint32_t)++n->n;
	return n->item[n->n - 1];
}

static void
on_alert(void *arg, const struct alert *a, bool update)
{
	struct core *c = arg;
	bool is_new;
	struct item *x = find(c->news, a->id, &is_new);

	if (x == NULL)
		return;
	/* New, and not told yet: stays new whatever comes after it. */
	if (is_new)
		x->update = update;
	x->alert = *a;
	c->news->urgent |= !update;
}

static void
on_incident(void *arg, const struct incident *in, const char *op)
{
	struct core *c = arg;
	bool is_new;
	struct item *x = find(c->news, in->id, &is_new);

	if (x == NULL)
		return;
	if (is_new)
		snprintf(x->op, sizeof(x->op), "%s", op);
	incident_fini(&x->incident);
	if (incident_copy(&x->incident, in) == -1)
		c->news->left_out++;
	c->news->urgent |= strcmp(op, "update") != 0;
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
	if (json == NULL || o->pb == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	memcpy(o->pb, pb, pb_len);
	o->sequence = state_log(c->state, topic, json, pb, pb_len, now, e);
	return o->sequence == 0 ? -1 : 0;
}

static int
write_alert(struct core *c, const struct item *x, int64_t now, struct err *e)
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

/* As much of the evidence as a message holds, the oldest first. */
static size_t
pack_incident(struct core *c, struct incident *in, const char *op,
    const uint8_t **pb, struct err *e)
{
	size_t len;

	while ((len = wire_pack_incident(c->wire, in, op, pb, e)) == 0 &&
	       in->n_evidence > 0) {
		in->evidence_left_out += in->n_evidence - in->n_evidence / 2;
		in->n_evidence /= 2;
	}
	return len;
}

static int
write_incident(struct core *c, const struct item *x, int64_t now, struct err *e)
{
	struct incident told = x->incident; /* borrows the evidence */
	char topic[TOPIC_MAX];
	const uint8_t *pb;
	size_t len;

	if (state_put_incident(c->state, &x->incident, e) == -1)
		return -1;
	snprintf(topic, sizeof(topic), "incident/%s/", told.honeynet);
	len = pack_incident(c, &told, x->op, &pb, e);
	return log_one(c, topic,
	    feed_json_incident(&told, x->op, state_log_last(c->state) + 1, now),
	    pb, len, now, e);
}

static int
write_items(struct core *c, struct err *e)
{
	int64_t now = clock_wall_ns();

	for (size_t i = 0; i < c->news->n; i++) {
		const struct item *x = c->news->item[i];

		if ((x->op[0] == '\0' ? write_alert(c, x, now, e)
				      : write_incident(c, x, now, e)) == -1)
			return -1;
	}
	/* Time alone raises alerts too: what was told is known to be so by
	 * the clock as well as by the position. */
	if (state_set_clock(c->state, c->clock_ns, e) == -1)
		return -1;
	if (!c->position_moved)
		return 0;
	return state_set_position(c->state, &c->position, e);
}

static int
write_all(struct core *c, struct err *e)
{
	if (state_begin(c->state, e) == -1)
		return -1;
	if (write_items(c, e) == -1) {
		state_undo(c->state);
		return -1;
	}
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

	if (n->n == 0 && !c->position_moved)
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
	if (n->left_out > 0)
		log_error("core", "%llu changes of alerts were left out",
		    (unsigned long long)n->left_out);
	n->left_out = 0;
	c->position_moved = false;
	publish_all(c);
	forget_outgoing(n);
	forget_news(n);
}
