/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "aggregator/core_news.h"
#include "aggregator/feed/feed_json.h"
#include "common/err.h"
#include "common/log.h"
#include "common/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

void
core_news_forget_outgoing(struct core_news *n)
{
	for (size_t i = 0; i < n->n_out; i++) {
		free(n->out[i].json);
		free(n->out[i].pb);
	}
	n->n_out = 0;
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

int
core_news_write_incident(struct core *c, const struct incident *i,
    const char *op, int64_t now, struct err *e)
{
	struct incident told = *i; /* borrows the evidence */
	char topic[TOPIC_MAX];
	const uint8_t *pb;
	size_t len;

	if (state_put_incident(c->state, i, e) == -1)
		return -1;
	snprintf(topic, sizeof(topic), "incident/%s/", told.honeynet);
	len = pack_incident(c, &told, op, &pb, e);
	return log_one(c, topic,
	    feed_json_incident(&told, op, state_log_last(c->state) + 1, now),
	    pb, len, now, e);
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
