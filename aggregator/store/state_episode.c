/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"

/* --- vectors --- */

static int
put_vector(struct state *s, const char *incident, size_t episode, size_t place,
    const struct vector *v, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_VECTOR);

	query_text(&q, incident);
	query_u64(&q, episode);
	query_u64(&q, place);
	query_addr(&q, &v->peer);
	query_addr(&q, &v->address);
	query_i64(&q, v->port);
	query_i64(&q, v->within);
	query_time(&q, v->first_ns);
	query_time(&q, v->before_ns);
	query_time(&q, v->last_ns);
	query_u64(&q, v->connections);
	query_u64(&q, v->packets);
	query_i64(&q, v->outcome);
	query_i64(&q, v->by_sizes);
	query_i64(&q, v->back);
	query_i64(&q, v->peers);
	query_time(&q, v->watched_ns);
	query_i64(&q, v->swept);
	query_i64(&q, v->more);
	query_i64(&q, v->called_back);
	query_i64(&q, v->tried_odd);
	return query_run(&q, e);
}

static void
get_vector(struct query *q, struct vector *v)
{
	int64_t outcome;

	query_get_addr(q, &v->peer);
	query_get_addr(q, &v->address);
	v->port = (uint16_t)query_get_i64(q);
	v->within = query_get_i64(q) != 0;
	v->first_ns = query_get_time(q);
	v->before_ns = query_get_time(q);
	v->last_ns = query_get_time(q);
	v->connections = query_get_u64(q);
	v->packets = query_get_u64(q);
	outcome = query_get_i64(q);
	if (outcome > OUTCOME_UNKNOWN && outcome <= OUTCOME_UNANSWERED)
		v->outcome = (enum outcome)outcome;
	v->by_sizes = query_get_i64(q) != 0;
	v->back = query_get_i64(q) != 0;
	v->peers = (uint32_t)query_get_i64(q);
	v->watched_ns = query_get_time(q);
	v->swept = (uint32_t)query_get_i64(q);
	v->more = query_get_i64(q) != 0;
	v->called_back = query_get_i64(q) != 0;
	v->tried_odd = query_get_i64(q) != 0;
	/* What everything is divided by. */
	if (v->peers == 0)
		v->peers = 1;
}

static int
put_vectors(struct state *s, const char *incident, size_t episode,
    const struct episode *x, struct err *e)
{
	struct query q;

	for (size_t i = 0; i < x->n_vector; i++)
		if (put_vector(s, incident, episode, i, &x->vector[i], e) == -1)
			return -1;
	q = query_start(s->db, STATE_CUT_VECTORS);
	query_text(&q, incident);
	query_u64(&q, episode);
	query_u64(&q, x->n_vector);
	return query_run(&q, e);
}

static int
read_vectors(struct state *s, const char *incident, size_t episode,
    struct episode *x, struct err *e)
{
	struct query q = query_start(s->db, STATE_VECTORS);
	int rc;

	query_text(&q, incident);
	query_u64(&q, episode);
	query_i64(&q, VECTORS_MAX);
	while ((rc = query_step(&q, e)) == 1)
		get_vector(&q, &x->vector[x->n_vector++]);
	return rc;
}

/* --- episodes --- */

static int
put_episode(struct state *s, const char *incident, size_t place,
    const struct episode *x, struct err *e)
{
	struct query q = query_start(s->db, STATE_PUT_EPISODE);

	query_text(&q, incident);
	query_u64(&q, place);
	query_time(&q, x->onset_ns);
	query_time(&q, x->last_ns);
	query_time(&q, x->since_ns);
	query_i64(&q, x->may_be_older);
	query_u64(&q, x->vectors_left_out);
	if (query_run(&q, e) == -1)
		return -1;
	return put_vectors(s, incident, place, x, e);
}

int
state_put_episodes(struct state *s, const struct incident *i, struct err *e)
{
	struct query q;

	for (size_t k = 0; k < i->n_episode; k++)
		if (put_episode(s, i->id, k, &i->episode[k], e) == -1)
			return -1;
	q = query_start(s->db, STATE_CUT_EPISODES);
	query_text(&q, i->id);
	query_u64(&q, i->n_episode);
	return query_run(&q, e);
}

int
state_read_episodes(struct state *s, struct incident *i, struct err *e)
{
	struct query q = query_start(s->db, STATE_EPISODES);
	int rc;

	i->n_episode = 0;
	query_text(&q, i->id);
	query_i64(&q, EPISODES_MAX);
	while ((rc = query_step(&q, e)) == 1) {
		struct episode *x = &i->episode[i->n_episode++];

		*x = (struct episode){0};
		x->onset_ns = query_get_time(&q);
		x->last_ns = query_get_time(&q);
		x->since_ns = query_get_time(&q);
		x->may_be_older = query_get_i64(&q) != 0;
		x->vectors_left_out = query_get_u64(&q);
	}
	for (size_t k = 0; rc == 0 && k < i->n_episode; k++)
		rc = read_vectors(s, i->id, k, &i->episode[k], e);
	return rc;
}
