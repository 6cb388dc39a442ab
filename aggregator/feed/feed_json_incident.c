/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/feed/feed_json_internal.h"

static json_t *
evidence_list(const struct incident *in, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct evidence *x = &in->evidence[feed_pick(
		    i, n, FEED_EVIDENCE_HEAD, in->n_evidence)];

		json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o, s:i, s:I, s:s}", "kind", x->kind,
			"time", feed_json_time(x->time_ns), "peer",
			x->has_peer ? feed_json_addr(&x->peer) : json_null(),
			"port", x->port, "count", (json_int_t)x->count, "text",
			x->text));
	}
	return list;
}

static json_t *
alias_list(const struct incident *in)
{
	json_t *list = json_array();

	for (size_t i = 0; i < in->n_alias; i++)
		json_array_append_new(list, feed_json_addr(&in->alias[i]));
	return list;
}

/* --- episodes --- */

static json_t *
reason_list(const struct reasons *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(list, json_string(r->text[i]));
	return list;
}

static json_t *
vector_of(const struct episode *e, size_t i)
{
	const struct vector *v = &e->vector[i];
	char filter[VECTOR_FILTER_MAX];
	struct reasons pro, contra;

	vector_for(v, e->onset_ns, &pro);
	vector_against(v, e->onset_ns, &contra);
	return json_pack("{s:I, s:o, s:o, s:i, s:o, s:s, s:o, s:o, s:s}",
	    "rank", (json_int_t)i + 1, "peer", feed_json_addr(&v->peer),
	    "address", feed_json_addr(&v->address), "port", v->port, "last",
	    feed_json_time(v->last_ns), "strength",
	    vector_strength_name(vector_strength(v, e->onset_ns)), "for",
	    reason_list(&pro), "against", reason_list(&contra), "filter",
	    vector_filter(v, filter));
}

static json_t *
episode_of(const struct episode *e)
{
	size_t n = feed_count(e->n_vector, FEED_VECTORS);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, vector_of(e, i));
	return json_pack("{s:o, s:o, s:b, s:o, s:I}", "onset",
	    feed_json_time(e->onset_ns), "last", feed_json_time(e->last_ns),
	    "may_be_older", e->may_be_older, "vectors", list,
	    "vectors_left_out",
	    (json_int_t)(e->vectors_left_out + e->n_vector - n));
}

/* The vectors of the first are the incident's. */
static void
add_episodes(json_t *own, const struct incident *in)
{
	size_t n = feed_count(in->n_episode, FEED_EPISODES);
	json_t *list = json_array(), *first;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    list, episode_of(&in->episode[feed_pick(
			      i, n, FEED_EPISODES_HEAD, in->n_episode)]));
	first = json_object_get(json_array_get(list, 0), "vectors");
	json_object_set_new(own, "episodes", list);
	json_object_set_new(own, "vectors",
	    first == NULL ? json_array() : json_deep_copy(first));
	json_object_set_new(own, "episodes_left_out",
	    json_integer(
		(json_int_t)(in->episodes_left_out + in->n_episode - n)));
}

/* --- what operators did --- */

static json_t *
done_at(int64_t ns)
{
	return feed_json_time(ns == 0 ? TIME_NONE : ns);
}

static json_t *
text_or_null(const char *text)
{
	return *text == '\0' ? json_null() : json_string(text);
}

/* What operators did. */
static void
add_handling(json_t *own, const struct handling *h)
{
	json_object_set_new(own, "acknowledged", done_at(h->acknowledged_ns));
	json_object_set_new(
	    own, "acknowledged_by", text_or_null(h->acknowledged_by));
	json_object_set_new(own, "muted_until", done_at(h->muted_until_ns));
	json_object_set_new(own, "verdict", text_or_null(h->verdict));
	json_object_set_new(own, "closed", done_at(h->closed_ns));
	json_object_set_new(own, "rebuilt", done_at(h->rebuilt_ns));
	json_object_set_new(own, "previous", text_or_null(h->previous));
}

char *
feed_json_incident(const struct incident *in, const char *op, uint64_t sequence,
    int64_t now_ns)
{
	json_t *event = feed_json_event(
	    in->id, "synhive.incident", op, in->severity, sequence, now_ns);
	size_t n = feed_count(in->n_evidence, FEED_EVIDENCE);
	json_t *own = json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, "
				"s:o, s:I}",
	    "honeynet", in->honeynet, "honeypot", in->honeypot, "address",
	    feed_json_addr(&in->address), "aliases", alias_list(in), "severity",
	    severity_name(in->severity), "state", in->state, "op", op, "onset",
	    feed_json_time(in->onset_ns), "evidence", evidence_list(in, n),
	    "evidence_left_out",
	    (json_int_t)(in->evidence_left_out + in->n_evidence - n));

	add_episodes(own, in);
	add_handling(own, &in->handling);
	json_object_set_new(event, "start", feed_json_time(in->onset_ns));
	json_object_set_new(event, "end", feed_json_time(in->last_ns));
	return feed_json_dump(json_pack("{s:o, s:s, s:o, s:o}", "@timestamp",
	    feed_json_time(in->last_ns), "schema_version", FEED_SCHEMA, "event",
	    event, "synhive", own));
}
