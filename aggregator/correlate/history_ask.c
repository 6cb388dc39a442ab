/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/history_internal.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"

bool
history_touches(const struct window *w, const struct group *group)
{
	const struct came *g = &group->is;

	for (size_t i = 0; i < g->n_recent; i++)
		if (window_has(w, g->recent[i].at, g->recent[i].timeless))
			return true;
	return window_has_older(w, &g->older);
}

const struct peer *
history_find_peer(const struct history *h, const struct addr *peer)
{
	const struct group_key *newest =
	    h->newest == NULL ? NULL : map_key(h->groups, h->newest);

	if (newest != NULL && addr_eq(&newest->peer, peer))
		return h->newest->peer;
	return map_get(h->peers, peer);
}

/* --- one group --- */

static void
add(struct older *all, const struct older *o)
{
	if (all->n == 0 || o->first_at < all->first_at)
		all->first_at = o->first_at;
	if (all->n == 0 || o->last_at > all->last_at) {
		all->last_at = o->last_at;
		all->client_port = o->client_port;
	}
	if (outcome_beats(
		(enum outcome)o->outcome, (enum outcome)all->outcome)) {
		all->outcome = o->outcome;
		all->by_sizes = o->by_sizes;
	} else if (o->outcome == all->outcome) {
		all->by_sizes = all->by_sizes && o->by_sizes;
	}
	if (o->packets > all->packets)
		all->packets = o->packets;
	all->n += o->n;
}

static struct older
sum_of(const struct window *w, const struct came *g)
{
	struct older all = {0};

	for (size_t i = 0; i < g->n_recent; i++) {
		const struct recent *r = &g->recent[i];
		const struct older one = {r->at, r->at, 1, r->packets,
		    r->client_port, r->outcome, r->by_sizes, r->timeless};

		if (window_has(w, r->at, r->timeless))
			add(&all, &one);
	}
	if (window_has_older(w, &g->older)) {
		struct older o = g->older;

		/* More connections after the moment than are kept one by one:
		 * it was there all the time. */
		o.last_at = o.last_at < w->to ? o.last_at : w->to;
		add(&all, &o);
	}
	return all;
}

/* Of the last but one; the first, where more is not kept. */
static int64_t
before_last(
    const struct window *w, const struct came *g, const struct older *all)
{
	unsigned int n = 0;

	for (size_t i = 0; i < g->n_recent; i++)
		if (window_has(w, g->recent[i].at, g->recent[i].timeless) &&
		    ++n == 2)
			return g->recent[i].at;
	return n == 1 && window_has_older(w, &g->older) ? g->older.last_at
							: all->first_at;
}

/* Returns false: nothing up to the moment. */
static bool
visits_of(const struct history *h, const struct window *w,
    const struct group *g, struct visits *out)
{
	const struct group_key *key = map_key(h->groups, g);
	const struct door_key *door = map_key(h->doors, g->door);
	const struct older all = sum_of(w, &g->is);
	int64_t between = span_ns(all.first_at, all.last_at);

	if (all.n == 0)
		return false;
	*out = (struct visits){
	    .peer = g->is.shown,
	    .counted = key->peer,
	    .address = key->address,
	    .honeypot = door->honeypot,
	    .port = (uint16_t)key->port,
	    .within = g->is.within,
	    .first_ns = TIME_NONE,
	    .before_ns = TIME_NONE,
	    .last_ns = TIME_NONE,
	    .connections = all.n,
	    .client_port = all.client_port,
	    .outcome = (enum outcome)all.outcome,
	    .by_sizes = all.by_sizes,
	    .packets = all.packets,
	    .back = between >= (w->timeless ? 1 : HISTORY_BACK_NS),
	};
	if (w->timeless) {
		out->first_order = (uint64_t)all.first_at;
		out->last_order = (uint64_t)all.last_at;
		return true;
	}
	out->first_ns = all.first_at;
	out->before_ns = before_last(w, &g->is, &all);
	out->last_ns = all.last_at;
	return true;
}

/* --- questions --- */

struct moment
history_moment(const struct history *h, const struct connection *c)
{
	return (struct moment){c->start_ns, h->order};
}

void
history_of_honeypot(const struct history *h, const struct addr *primary,
    const struct moment *m, history_fn *fn, void *arg)
{
	const struct host *host = map_get(h->hosts, primary);
	const struct window w = history_window(m);
	const struct group *g;
	struct visits v;

	if (host == NULL)
		return;
	TAILQ_FOREACH (g, &host->in_order, of_host) {
		if (!w.timeless && g->born > w.to)
			break;
		if (visits_of(h, &w, g, &v))
			fn(arg, &v);
	}
	TAILQ_FOREACH (g, &host->strays, of_host)
		if (visits_of(h, &w, g, &v))
			fn(arg, &v);
}

void
history_of_peer(const struct history *h, const struct addr *peer,
    const struct moment *m, history_fn *fn, void *arg)
{
	const struct peer *p = history_find_peer(h, peer);
	const struct window w = history_window(m);
	const struct group *g;
	struct visits v;

	if (p == NULL)
		return;
	TAILQ_FOREACH (g, &p->groups, of_peer)
		if (visits_of(h, &w, g, &v))
			fn(arg, &v);
}

/* Whether any visit ever got so far. */
static bool
got_in(const struct came *g, uint64_t packets)
{
	if (g->older.n > 0 && (g->older.outcome == OUTCOME_ANSWERED ||
				  g->older.packets > packets))
		return true;
	for (size_t i = 0; i < g->n_recent; i++)
		if (g->recent[i].outcome == OUTCOME_ANSWERED ||
		    g->recent[i].packets > packets)
			return true;
	return false;
}

void
history_of_guest(const struct history *h, const struct addr *peer,
    const struct addr *primary, uint64_t packets, const struct moment *m,
    history_fn *fn, void *arg)
{
	const struct peer *p = history_find_peer(h, peer);
	const struct window w = history_window(m);
	const struct host *host;
	const struct group *g;
	struct visits v;

	if (p == NULL || LIST_EMPTY(&p->guest))
		return;
	host = map_get(h->hosts, primary);
	LIST_FOREACH(g, &p->guest, of_guest)
	if (g->door->host == host && got_in(&g->is, packets) &&
	    visits_of(h, &w, g, &v))
		fn(arg, &v);
}

/* Add to a small set; returns its size, at most 'max'. */
static uint32_t
set_add(uint64_t *set, uint32_t n, uint32_t max, uint64_t member)
{
	for (uint32_t i = 0; i < n; i++)
		if (set[i] == member)
			return n;
	if (n == max)
		return n;
	set[n] = member;
	return n + 1;
}

struct reach
history_reach(
    const struct history *h, const struct addr *peer, const struct moment *m)
{
	const struct peer *p = history_find_peer(h, peer);
	const struct window w = history_window(m);
	uint64_t hosts[REACH_MAX], ports[REACH_MAX];
	struct reach r = {0};
	const struct group *g;

	if (p == NULL)
		return r;
	r.more = p->pushed_out > 0;
	if (r.more)
		return r;
	TAILQ_FOREACH (g, &p->groups, of_peer) {
		const struct group_key *k = map_key(h->groups, g);

		if (r.honeypots == REACH_MAX || r.ports == REACH_MAX)
			break;
		if (!history_touches(&w, g))
			continue;
		r.honeypots = set_add(hosts, r.honeypots, REACH_MAX,
		    (uint64_t)(uintptr_t)g->door->host);
		r.ports = set_add(ports, r.ports, REACH_MAX, k->port);
	}
	return r;
}

uint32_t
history_swept(const struct history *h, const struct addr *peer, uint16_t port,
    const struct moment *m, bool *more)
{
	const struct peer *p = map_get(h->peers, peer);
	const struct window w = history_window(m);
	const struct group *g;
	uint32_t n = 0;

	*more = p != NULL && p->pushed_out > 0;
	if (p == NULL)
		return 0;
	TAILQ_FOREACH (g, &p->groups, of_peer) {
		const struct group_key *k = map_key(h->groups, g);

		n += k->port == port && history_touches(&w, g);
	}
	return n;
}

/* Whoever answered so many lately answered one of the last of them. */
#define ANSWERED_LOOK_AT 256

bool
history_answered(
    const struct history *h, const struct addr *primary, const struct moment *m)
{
	const struct host *host = map_get(h->hosts, primary);
	const struct window w = history_window(m);
	const struct group *g =
	    host == NULL ? NULL : LIST_FIRST(&host->answered);

	for (int i = 0; i < ANSWERED_LOOK_AT && g != NULL; i++) {
		if (sum_of(&w, &g->is).outcome == OUTCOME_ANSWERED)
			return true;
		g = LIST_NEXT(g, of_answered);
	}
	return false;
}

struct moment
history_called(const struct history *h, const struct addr *primary,
    const struct addr *peer)
{
	const struct call_key key = {*primary, *peer};
	const struct call *call = map_get(h->calls, &key);

	if (call == NULL)
		return (struct moment){TIME_NONE, 0};
	return (struct moment){call->first_ns, call->first_order};
}
