/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/history.h"

#include "aggregator/correlate/history_internal.h"
#include "aggregator/correlate/fold.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/sizes.h"
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/tuple.h"
#include "common/map.h"

#include <stdlib.h>
#include <string.h>

/* --- one connection --- */

static uint32_t
cut(uint64_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static struct recent
recent_of(const struct history *h, const struct connection *c)
{
	struct recent r = {
	    .at = c->start_ns,
	    .client_port = c->client_port,
	    .outcome = (uint8_t)c->outcome,
	    .packets = cut(c->packets_out > c->packets_in ? c->packets_out
							  : c->packets_in),
	};

	if (r.at == TIME_NONE) {
		r.at = (int64_t)h->order;
		r.timeless = true;
	}
	if (r.outcome == OUTCOME_UNKNOWN) {
		r.outcome = (uint8_t)sizes_outcome(c);
		r.by_sizes = r.outcome != OUTCOME_UNKNOWN;
	}
	return r;
}

/* What a log says beats what sizes say. */
static void
merge_outcome(struct older *o, const struct recent *r)
{
	if (outcome_beats((enum outcome)r->outcome, (enum outcome)o->outcome)) {
		o->outcome = r->outcome;
		o->by_sizes = r->by_sizes;
	} else if (r->outcome == o->outcome) {
		o->by_sizes = o->by_sizes && r->by_sizes;
	}
	if (r->packets > o->packets)
		o->packets = r->packets;
}

static void
put_older(struct older *o, const struct recent *r)
{
	if (o->n == 0 || r->at < o->first_at)
		o->first_at = r->at;
	if (o->n == 0 || r->at > o->last_at) {
		o->last_at = r->at;
		o->client_port = r->client_port;
	}
	o->timeless = r->timeless;
	o->n++;
	merge_outcome(o, r);
}

static bool
is_newer(const struct recent *a, const struct recent *b)
{
	return a->at != b->at ? a->at > b->at : a->client_port > b->client_port;
}

static void
put_recent(struct came *g, struct recent r)
{
	size_t i = g->n_recent;

	if (i == RECENT_MAX && !is_newer(&r, &g->recent[i - 1])) {
		put_older(&g->older, &r);
		return;
	}
	if (i == RECENT_MAX)
		put_older(&g->older, &g->recent[--i]);
	else
		g->n_recent++;
	for (; i > 0 && is_newer(&r, &g->recent[i - 1]); i--)
		g->recent[i] = g->recent[i - 1];
	g->recent[i] = r;
}

/* Whoever was away for a day begins anew. */
static void
put_visit(struct came *g, const struct recent *r)
{
	if (g->n_recent > 0 && !r->timeless &&
	    span_ns(g->recent[0].at, r->at) > HISTORY_WINDOW_NS) {
		g->n_recent = 0;
		memset(&g->older, 0, sizeof(g->older));
	}
	put_recent(g, *r);
}

static bool
is_same(const struct recent *a, const struct recent *b)
{
	if (a->client_port != b->client_port || a->timeless != b->timeless)
		return false;
	return a->timeless ||
	       span_near(a->at, b->at, b->at, 2 * ATTEMPT_GAP_NS);
}

/* More is known of a connection that was put before.  Returns whether it
 * began at another time. */
static bool
change_visit(struct came *g, struct recent r)
{
	bool moved;

	for (size_t i = 0; i < g->n_recent; i++) {
		if (!is_same(&g->recent[i], &r))
			continue;
		if (r.timeless)
			r.at = g->recent[i].at;
		moved = r.at != g->recent[i].at;
		g->n_recent--;
		memmove(&g->recent[i], &g->recent[i + 1],
		    (g->n_recent - i) * sizeof(r));
		put_recent(g, r);
		return moved;
	}
	if (g->older.n > 0)
		merge_outcome(&g->older, &r);
	return false;
}

/* --- groups --- */

struct addr
history_peer(const struct party *p)
{
	return p->home ? p->primary : party_counted(&p->addr);
}

static struct peer *
peer_of(struct history *h, const struct addr *counted)
{
	bool is_new;
	struct peer *p = map_put(h->peers, counted, &is_new);

	if (is_new) {
		TAILQ_INIT(&p->groups);
		LIST_INIT(&p->guest);
	}
	return p;
}

static struct door *
door_of(struct history *h, const struct addr *honeypot, uint16_t port)
{
	const struct door_key key = {*honeypot, port};
	bool is_new;
	struct door *d = map_put(h->doors, &key, &is_new);

	if (!is_new)
		return d;
	history_open_door(d);
	d->host = map_put(h->hosts, honeypot, &is_new);
	if (is_new)
		history_open_host(d->host);
	LIST_INSERT_HEAD(&d->host->doors, d, of_host);
	return d;
}

struct group *
history_open_group(
    struct history *h, const struct group_key *key, const struct addr *honeypot)
{
	struct peer *p = peer_of(h, &key->peer);
	bool is_new;
	struct group *g;

	p->n++; /* it stays, whoever is forgotten now */
	history_make_room(h, p);
	g = map_put(h->groups, key, &is_new);
	g->peer = p;
	g->door = door_of(h, honeypot, (uint16_t)key->port);
	g->door->n++;
	TAILQ_INSERT_HEAD(&g->peer->groups, g, of_peer);
	TAILQ_INSERT_HEAD(&g->door->groups, g, of_door);
	return g;
}

void
history_touch(struct history *h, struct group *g)
{
	map_touch(h->groups, g);
	if (TAILQ_FIRST(&g->peer->groups) != g) {
		TAILQ_REMOVE(&g->peer->groups, g, of_peer);
		TAILQ_INSERT_HEAD(&g->peer->groups, g, of_peer);
	}
	if (TAILQ_FIRST(&g->door->groups) != g) {
		TAILQ_REMOVE(&g->door->groups, g, of_door);
		TAILQ_INSERT_HEAD(&g->door->groups, g, of_door);
	}
}

static struct group_key
key_of(const struct connection *c)
{
	return (struct group_key){
	    history_peer(&c->client), c->server.addr, c->server_port};
}

static void
change_came(struct history *h, const struct connection *c)
{
	const struct group_key key = key_of(c);
	struct group *g = map_get(h->groups, &key);
	const struct recent r = recent_of(h, c);

	if (g == NULL)
		return;
	if (change_visit(&g->is, r)) {
		history_gone(g);
		history_born(g, r.timeless ? INT64_MIN : r.at);
	}
	history_weigh(g);
}

static void
put_came(struct history *h, const struct connection *c)
{
	const struct group_key key = key_of(c);
	struct group *g = map_get(h->groups, &key);
	const struct recent r = recent_of(h, c);

	if (g != NULL) {
		history_touch(h, g);
	} else {
		g = history_open_group(h, &key, &c->server.primary);
		g->is.shown = c->client.addr;
		g->is.within = c->client.home;
	}
	if (addr_cmp(&c->client.addr, &g->is.shown) < 0)
		g->is.shown = c->client.addr;
	put_visit(&g->is, &r);
	history_weigh(g);
	history_came(g, &r);
	history_born(g, r.timeless ? INT64_MIN : r.at);
	h->newest = g;
}

static void
put_call(struct history *h, const struct connection *c)
{
	const struct call_key key = {
	    c->client.primary, history_peer(&c->server)};
	bool is_new;
	struct call *call = map_put(h->calls, &key, &is_new);

	if (is_new || span_ns(call->last_ns, c->start_ns) > HISTORY_WINDOW_NS) {
		*call = (struct call){c->start_ns, c->start_ns, h->order};
	} else {
		call->first_ns = span_earlier(call->first_ns, c->start_ns);
		call->last_ns = span_later(call->last_ns, c->start_ns);
	}
	map_touch(h->calls, call);
}

void
history_put(
    struct history *h, const struct connection *c, enum connection_event event)
{
	if (event == CONNECTION_NEW)
		h->order++;
	if (c->expected || !(HISTORY_EVENTS & 1U << event) ||
	    connection_merely_ends(c, event))
		return;
	if (c->direction == DIRECTION_IN || c->direction == DIRECTION_WITHIN) {
		if (event == CONNECTION_NEW)
			put_came(h, c);
		else
			change_came(h, c);
	}
	if (event == CONNECTION_NEW &&
	    (c->direction == DIRECTION_OUT || c->direction == DIRECTION_WITHIN))
		put_call(h, c);
}

void
history_prefetch(const struct history *h, const struct tuple *t)
{
	const struct group_key group = {
	    party_counted(&t->client), t->server, t->server_port};
	const struct door_key door = {t->server, t->server_port};

	map_prefetch(h->groups, &group);
	map_prefetch(h->doors, &door);
	map_prefetch(h->peers, &group.peer);
}

/* --- life --- */

uint64_t
history_evicted(const struct history *h)
{
	return h->evicted + map_evicted(h->calls);
}

struct history *
history_new(const struct site *site, const struct history_sizes *sizes)
{
	struct history *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->site = site;
	h->max = sizes->groups;
	h->groups = map_new(
	    sizeof(struct group_key), sizeof(struct group), sizes->groups);
	/* Each of them has a group at least, or gets it now. */
	h->peers = map_new(
	    sizeof(struct addr), sizeof(struct peer), sizes->groups + 1);
	h->doors = map_new(
	    sizeof(struct door_key), sizeof(struct door), sizes->groups);
	h->hosts =
	    map_new(sizeof(struct addr), sizeof(struct host), sizes->groups);
	h->calls =
	    map_new(sizeof(struct call_key), sizeof(struct call), sizes->calls);
	if (h->groups == NULL || h->peers == NULL || h->doors == NULL ||
	    h->hosts == NULL || h->calls == NULL) {
		history_free(h);
		return NULL;
	}
	return h;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	map_free(h->groups);
	map_free(h->peers);
	map_free(h->doors);
	map_free(h->hosts);
	map_free(h->calls);
	free(h);
}
