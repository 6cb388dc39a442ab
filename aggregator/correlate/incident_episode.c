/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/covered.h"
#include "aggregator/correlate/incident_internal.h"
#include "aggregator/correlate/operator.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/vector.h"
#include "common/map.h"

#include <stdlib.h>
#include <string.h>

/* The detectors whose evidence marks a visitor. */
#define CALL_BACK "call-back"
#define ODD_PORT "odd-port-in"

static struct episode *
newest(struct open_incident *o)
{
	return o->i.n_episode == 0 ? NULL : &o->i.episode[o->i.n_episode - 1];
}

/* --- beginning --- */

/* When there is no room the second goes: the first and the latest matter. */
static void
forget_second(struct open_incident *o)
{
	struct episode *e = o->i.episode;

	memmove(&e[1], &e[2], (o->i.n_episode - 2) * sizeof(*e));
	o->i.n_episode--;
	o->i.episodes_left_out++;
	o->stale = (o->stale & 1) | (o->stale >> 1 & ~UINT32_C(1));
	o->moved = (o->moved & 1) | (o->moved >> 1 & ~UINT32_C(1));
}

static void
begin(struct incidents *s, struct open_incident *o, int64_t onset_ns)
{
	struct episode *list;

	if (o->i.n_episode == EPISODES_MAX)
		forget_second(o);
	list = reallocarray(
	    o->i.episode, o->i.n_episode + 1, sizeof(*o->i.episode));
	if (list == NULL)
		return;
	o->i.episode = list;
	list += o->i.n_episode++;
	memset(list, 0, sizeof(*list));
	list->onset_ns = list->last_ns = onset_ns;
	o->stale |= UINT32_C(1) << (o->i.n_episode - 1);
	o->late = false;
	incident_touch(s, o, true);
}

/* Who came before the onset that it had says nothing of this one. */
static void
move_onset(struct incidents *s, struct open_incident *o, size_t episode,
    int64_t onset_ns)
{
	o->i.episode[episode].onset_ns = onset_ns;
	o->stale |= UINT32_C(1) << episode;
	o->moved |= UINT32_C(1) << episode;
	o->late = false;
	incident_touch(s, o, true);
}

/* It goes on until the latest that is known already. */
static void
begin_first(struct incidents *s, struct open_incident *o, int64_t onset_ns,
    const struct activity *known)
{
	begin(s, o, onset_ns);
	if (known != NULL)
		incident_lasted(o, known->last_ns);
}

void
incident_set_onset(struct incidents *s, struct open_incident *o)
{
	const struct activity *known = map_get(s->activity, &o->i.address);
	int64_t t = o->first_suspect_ns, onset = TIME_NONE;

	if (known != NULL && t != TIME_NONE)
		onset = onset_earliest(&known->onset,
		    operator_since(&o->i, span_from(t, -ONSET_WINDOW_NS)), t);
	/* Never later than before: what was known may be forgotten by now. */
	onset = span_earlier(onset, t);
	onset = span_earlier(o->i.onset_ns, onset);
	if (o->i.n_episode == 0)
		begin_first(s, o, onset, known);
	else if (onset != o->i.onset_ns)
		move_onset(s, o, 0, onset);
	o->i.onset_ns = onset;
}

/* --- going on --- */

void
incident_lasted(struct open_incident *o, int64_t last_ns)
{
	struct episode *e = newest(o);

	if (e != NULL && span_ns(e->onset_ns, last_ns) >= 0 &&
	    span_ns(e->last_ns, last_ns) <= EPISODE_QUIET_NS)
		e->last_ns = span_later(e->last_ns, last_ns);
}

/* What began a later episode began earlier than was known, or something else
 * did that came late. */
static bool
is_earlier(const struct open_incident *o, int64_t start_ns)
{
	const struct episode *e = o->i.episode + o->i.n_episode - 1;

	return o->i.n_episode > 1 && span_ns(e->onset_ns, start_ns) < 0 &&
	       span_ns(e[-1].last_ns, start_ns) > EPISODE_QUIET_NS;
}

void
incident_went_out(struct incidents *s, struct open_incident *o,
    const struct connection *c, int64_t before_ns)
{
	struct episode *e = newest(o);

	if (e == NULL)
		return;
	if (span_ns(span_later(e->last_ns, before_ns), c->start_ns) >
	    EPISODE_QUIET_NS) {
		begin(s, o, c->start_ns);
		e = newest(o);
	} else if (is_earlier(o, c->start_ns)) {
		move_onset(s, o, o->i.n_episode - 1, c->start_ns);
	}
	if (span_ns(e->last_ns, c->last_ns) > 0) {
		e->last_ns = c->last_ns;
		incident_touch(s, o, true);
	}
}

/* --- vectors --- */

static bool
is_settled(const struct open_incident *o, const struct episode *e)
{
	return span_ns(e->onset_ns, o->clock_ns) > EPISODE_SETTLES_NS;
}

void
incident_came_in(struct incidents *s, struct open_incident *o,
    const struct connection *c, enum connection_event event)
{
	struct episode *e = newest(o);

	/* Most ends say nothing new. */
	if (e == NULL || (event == CONNECTION_END && !c->has_counts &&
			     c->outcome != OUTCOME_UNANSWERED))
		return;
	if (span_ns(c->start_ns, e->onset_ns) < 0 ||
	    span_ns(c->start_ns, e->onset_ns) > VECTOR_WINDOW_NS ||
	    is_settled(o, e))
		return;
	o->late = o->stale == 0 || o->late;
	o->stale |= UINT32_C(1) << (o->i.n_episode - 1);
	incident_touch(s, o, false);
}

/* The episodes that it says something new of: all, when it is new; else those
 * that began between what was known of it and now.  A honeypot may call back
 * all day long. */
void
incident_marked(struct open_incident *o, const struct alert *a, bool is_new,
    int64_t known_ns)
{
	uint32_t stale = 0;

	if (strcmp(a->detector, CALL_BACK) != 0 &&
	    strcmp(a->detector, ODD_PORT) != 0)
		return;
	for (size_t i = 0; i < o->i.n_episode; i++) {
		int64_t onset = o->i.episode[i].onset_ns;

		if (is_new || (span_ns(onset, known_ns) < 0 &&
				  span_ns(onset, a->last_ns) >= 0))
			stale |= UINT32_C(1) << i;
	}
	if (stale != 0)
		o->late = !is_new && (o->stale == 0 || o->late);
	o->stale |= stale;
}

static size_t
marks_of(const struct open_incident *o, struct vector_mark *out)
{
	size_t n = 0;

	for (size_t i = 0; i < o->i.n_evidence; i++) {
		const struct evidence *x = &o->i.evidence[i];
		bool odd = strcmp(x->kind, ODD_PORT) == 0;

		if (!x->has_peer || (!odd && strcmp(x->kind, CALL_BACK) != 0))
			continue;
		out[n++] = (struct vector_mark){
		    .peer = party_counted(&x->peer),
		    .port = odd ? x->port : 0,
		    .last_ns = o->last_ns[i],
		};
	}
	return n;
}

static void
set_coverage(
    const struct incidents *s, const struct addr *honeypot, struct episode *e)
{
	e->since_ns = covered_begin(s->env.covered, honeypot, e->onset_ns);
	e->may_be_older = e->onset_ns != TIME_NONE &&
			  e->since_ns != TIME_NONE &&
			  span_ns(e->since_ns, e->onset_ns) < VECTOR_WINDOW_NS;
}

void
incident_find_vectors(struct incidents *s, struct open_incident *o)
{
	struct vector_mark mark[EVIDENCE_MAX];
	struct vector_query q = {
	    .history = s->env.history,
	    .honeypot = o->i.address,
	    .mark = mark,
	    .n_mark = marks_of(o, mark),
	};

	for (size_t i = 0; i < o->i.n_episode; i++) {
		struct episode *e = &o->i.episode[i];
		bool keep = e->n_vector > 0 && is_settled(o, e) &&
			    !(o->moved & UINT32_C(1) << i);

		if (!(o->stale & UINT32_C(1) << i))
			continue;
		q.onset = (struct moment){e->onset_ns, o->order};
		if (!keep)
			set_coverage(s, &o->i.address, e);
		q.since_ns = e->since_ns;
		o->changed |= vector_fill(&q, keep, e);
	}
	o->stale = o->moved = 0;
}
