/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/history_internal.h"

#include "common/map.h"

#include <string.h>

/* --- who came last --- */

void
history_open_door(struct door *d)
{
	TAILQ_INIT(&d->groups);
	d->rest_at = INT64_MIN;
}

/* What is not in 'lately' any more. */
static void
rest(struct door *d, int64_t at)
{
	if (at > d->rest_at)
		d->rest_at = at;
}

void
history_came(struct group *g, const struct recent *r)
{
	struct door *d = g->door;
	struct lately *l = d->lately;
	size_t i = 0;

	if (r->timeless) {
		rest(d, INT64_MAX);
		return;
	}
	while (i < LATELY_MAX - 1 && l[i].peer != NULL && l[i].peer != g->peer)
		i++;
	if (l[i].peer == g->peer && l[i].at > r->at)
		return;
	if (l[i].peer != NULL && l[i].peer != g->peer)
		rest(d, l[i].at);
	memmove(l + 1, l, i * sizeof(*l));
	*l = (struct lately){g->peer, g, r->at};
}

void
history_gone(struct group *g)
{
	struct lately *l = g->door->lately;

	for (size_t i = 0; i < LATELY_MAX; i++) {
		if (l[i].group != g)
			continue;
		/* The same peer may have come to another address. */
		rest(g->door, l[i].at);
		memmove(l + i, l + i + 1, (LATELY_MAX - 1 - i) * sizeof(*l));
		l[LATELY_MAX - 1] = (struct lately){NULL, NULL, 0};
		return;
	}
}

/* Of the peers in 'lately' beside 'but' those who came in the window, and
 * those who may have, for they came behind it too. */
struct came_lately {
	uint32_t sure, maybe;
};

static struct came_lately
came_lately(
    const struct door *d, const struct window *w, const struct peer *but)
{
	struct came_lately n = {0, 0};

	for (size_t i = 0; i < LATELY_MAX; i++) {
		const struct lately *l = &d->lately[i];

		if (l->peer == NULL || l->peer == but)
			continue;
		n.sure += window_has(w, l->at, false);
		n.maybe += l->at > w->to;
	}
	return n;
}

/* --- who came at all --- */

static const struct door *
find_door(const struct history *h, const struct addr *primary, uint16_t port)
{
	const struct door_key key = {*primary, port};
	const struct door_key *newest =
	    h->newest == NULL ? NULL : map_key(h->doors, h->newest->door);

	if (newest != NULL && newest->port == port &&
	    addr_eq(&newest->honeypot, primary))
		return h->newest->door;
	return map_get(h->doors, &key);
}

#define PEERS_ENOUGH_MAX 16

/* Groups of one peer lie anywhere in the list: few differ before 'enough'. */
static bool
is_known(const struct addr *known, uint32_t n, const struct addr *peer)
{
	for (uint32_t i = 0; i < n; i++)
		if (addr_eq(&known[i], peer))
			return true;
	return false;
}

static uint32_t
peers_on(const struct history *h, const struct door *d, const struct moment *m,
    const struct addr *but, uint32_t enough)
{
	const struct window w = history_window(m);
	struct addr known[PEERS_ENOUGH_MAX];
	const struct group *g;
	uint32_t n = 0;

	if (enough > PEERS_ENOUGH_MAX)
		enough = PEERS_ENOUGH_MAX;
	TAILQ_FOREACH (g, &d->groups, of_door) {
		const struct group_key *k = map_key(h->groups, g);

		if (n == enough)
			break;
		if ((but == NULL || !addr_eq(&k->peer, but)) &&
		    !is_known(known, n, &k->peer) && history_touches(&w, g))
			known[n++] = k->peer;
	}
	return n;
}

uint32_t
history_peers_on(const struct history *h, const struct addr *primary,
    uint16_t port, const struct moment *m, const struct addr *but,
    uint32_t enough)
{
	const struct door *d = find_door(h, primary, port);

	return d == NULL ? 0 : peers_on(h, d, m, but, enough);
}

bool
history_is_rare(const struct history *h, const struct addr *primary,
    uint16_t port, const struct moment *m, const struct addr *but,
    uint32_t others)
{
	const struct door *d = find_door(h, primary, port);
	const struct peer *p = history_find_peer(h, but);
	const struct window w = history_window(m);
	struct came_lately lately;
	bool own;

	if (d == NULL)
		return true;
	own = h->newest != NULL && h->newest->door == d && h->newest->peer == p;
	if (d->n - own <= others)
		return true;
	/* Mostly it is known without looking at anybody. */
	if (!w.timeless) {
		lately = came_lately(d, &w, p);
		if (lately.sure > others)
			return false;
		if (d->rest_at <= w.from &&
		    lately.sure + lately.maybe <= others)
			return true;
	}
	return peers_on(h, d, m, but, others + 1) <= others;
}
