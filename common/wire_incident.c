/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire_internal.h"
#include "alert.pb-c.h"

typedef Synhive__Feed__Incident pb_incident;
typedef Synhive__Feed__Evidence pb_evidence;
typedef Synhive__Feed__Episode pb_episode;
typedef Synhive__Feed__Vector pb_vector;

/* --- evidence --- */

static void
put_one_evidence(struct wire *w, const struct evidence *x, pb_evidence *pb)
{
	synhive__feed__evidence__init(pb);
	pb->kind = MUTABLE(x->kind);
	pb->time_ns = x->time_ns;
	pb->peer = wire_put_addr(w, x->has_peer, &x->peer);
	pb->port = x->port;
	pb->count = x->count;
	pb->text = MUTABLE(x->text);
}

static pb_evidence **
put_evidence(struct wire *w, const struct incident *in, size_t n)
{
	pb_evidence **list = arena_get(w->arena, n * sizeof(*list));
	pb_evidence *pb = arena_get(w->arena, n * sizeof(*pb));

	if (list == NULL || pb == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t k = feed_pick(i, n, FEED_EVIDENCE_HEAD, in->n_evidence);

		put_one_evidence(w, &in->evidence[k], &pb[i]);
		list[i] = &pb[i];
	}
	return list;
}

/* --- vectors --- */

static char **
put_reasons(struct wire *w, const struct reasons *r, size_t *n)
{
	struct reasons *copy = arena_get(w->arena, sizeof(*copy));
	char **list = arena_get(w->arena, r->n * sizeof(*list));

	*n = 0;
	if (copy == NULL || list == NULL)
		return NULL;
	*copy = *r;
	for (; *n < r->n; ++*n)
		list[*n] = copy->text[*n];
	return list;
}

static void
put_vector(struct wire *w, const struct episode *e, size_t i, pb_vector *pb)
{
	const struct vector *v = &e->vector[i];
	char *filter = arena_get(w->arena, VECTOR_FILTER_MAX);
	struct reasons r;

	synhive__feed__vector__init(pb);
	pb->rank = (uint32_t)i + 1;
	pb->peer = wire_put_addr(w, true, &v->peer);
	pb->address = wire_put_addr(w, true, &v->address);
	pb->port = v->port;
	pb->last_ns = v->last_ns;
	pb->strength =
	    MUTABLE(vector_strength_name(vector_strength(v, e->onset_ns)));
	vector_for(v, e->onset_ns, &r);
	pb->for_ = put_reasons(w, &r, &pb->n_for_);
	vector_against(v, e->onset_ns, &r);
	pb->against = put_reasons(w, &r, &pb->n_against);
	if (filter != NULL)
		pb->filter = MUTABLE(vector_filter(v, filter));
}

static pb_vector **
put_vectors(struct wire *w, const struct episode *e, size_t *n_out)
{
	size_t n = e->n_vector < FEED_VECTORS ? e->n_vector : FEED_VECTORS;
	pb_vector **list = arena_get(w->arena, n * sizeof(*list));
	pb_vector *pb = arena_get(w->arena, n * sizeof(*pb));

	*n_out = 0;
	if (list == NULL || pb == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		put_vector(w, e, i, &pb[i]);
		list[i] = &pb[i];
	}
	*n_out = n;
	return list;
}

/* --- episodes --- */

static pb_episode **
put_episodes(struct wire *w, const struct incident *in, size_t n)
{
	pb_episode **list = arena_get(w->arena, n * sizeof(*list));
	pb_episode *pb = arena_get(w->arena, n * sizeof(*pb));

	if (list == NULL || pb == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct episode *e = &in->episode[feed_pick(
		    i, n, FEED_EPISODES_HEAD, in->n_episode)];

		synhive__feed__episode__init(&pb[i]);
		pb[i].onset_ns = e->onset_ns;
		pb[i].last_ns = e->last_ns;
		pb[i].may_be_older = e->may_be_older;
		pb[i].vectors = put_vectors(w, e, &pb[i].n_vectors);
		pb[i].vectors_left_out =
		    e->vectors_left_out + e->n_vector - pb[i].n_vectors;
		list[i] = &pb[i];
	}
	return list;
}

/* --- all of it --- */

static char **
put_aliases(struct wire *w, const struct incident *in)
{
	char **list = arena_get(w->arena, in->n_alias * sizeof(*list));

	for (size_t i = 0; list != NULL && i < in->n_alias; i++)
		list[i] = wire_put_addr(w, true, &in->alias[i]);
	return list;
}

static void
put_lists(struct wire *w, const struct incident *in, pb_incident *pb)
{
	size_t evidence = feed_count(in->n_evidence, FEED_EVIDENCE);
	size_t episodes = feed_count(in->n_episode, FEED_EPISODES);

	pb->aliases = put_aliases(w, in);
	pb->n_aliases = pb->aliases == NULL ? 0 : in->n_alias;
	pb->evidence = put_evidence(w, in, evidence);
	pb->n_evidence = pb->evidence == NULL ? 0 : evidence;
	pb->episodes = put_episodes(w, in, episodes);
	pb->n_episodes = pb->episodes == NULL ? 0 : episodes;
	pb->evidence_left_out =
	    in->evidence_left_out + in->n_evidence - evidence;
	pb->episodes_left_out =
	    in->episodes_left_out + in->n_episode - episodes;
}

size_t
wire_pack_incident(struct wire *w, const struct incident *in, const char *op,
    const uint8_t **out, struct err *e)
{
	pb_incident pb = SYNHIVE__FEED__INCIDENT__INIT;

	arena_reset(w->arena);
	pb.id = MUTABLE(in->id);
	pb.honeynet = MUTABLE(in->honeynet);
	pb.honeypot = MUTABLE(in->honeypot);
	pb.address = wire_put_addr(w, true, &in->address);
	pb.severity = (Synhive__Feed__Severity)in->severity;
	pb.onset_ns = in->onset_ns;
	pb.last_ns = in->last_ns;
	pb.op = MUTABLE(op);
	put_lists(w, in, &pb);
	return wire_put_message(w, &pb.base, 0, out, e);
}
