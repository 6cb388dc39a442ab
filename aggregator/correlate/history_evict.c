/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/history_internal.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"

/*
 * Who is forgotten first.  A flood of strangers, or a scanner, must not push
 * out the one visit that matters.  So of the longest quiet groups the least
 * worth goes, and those worth more get another round.
 */
#define LOOK_AT 8

/* A door with more groups is crowded: one more of them says little. */
#define CROWD 1024

static void
set_got_in(struct group *g, bool got_in)
{
	if (got_in && !g->got_in)
		LIST_INSERT_HEAD(&g->peer->guest, g, of_guest);
	else if (!got_in && g->got_in)
		LIST_REMOVE(g, of_guest);
	g->got_in = got_in;
}

/* The one that was weighed last is first. */
static void
set_answered(struct group *g, bool answered)
{
	if (g->answered)
		LIST_REMOVE(g, of_answered);
	if (answered)
		LIST_INSERT_HEAD(&g->door->host->answered, g, of_answered);
	g->answered = answered;
}

/* Did it get in, did it come back: 0, refused, to 6. */
void
history_weigh(struct group *group)
{
	const struct came *g = &group->is;
	bool refused = g->older.n > 0 && g->older.outcome > OUTCOME_ANSWERED;
	bool answered = g->older.outcome == OUTCOME_ANSWERED;
	bool back = g->older.n > 0;
	uint32_t packets = g->older.packets;

	for (size_t i = 0; i < g->n_recent; i++) {
		answered |= g->recent[i].outcome == OUTCOME_ANSWERED;
		refused |= g->recent[i].outcome > OUTCOME_ANSWERED;
		if (g->recent[i].packets > packets)
			packets = g->recent[i].packets;
	}
	set_got_in(group, answered || packets > GUEST_PACKETS_MIN);
	set_answered(group, answered && !g->within);
	back |= g->n_recent > 1 &&
		span_ns(g->recent[g->n_recent - 1].at, g->recent[0].at) >=
		    (g->recent[0].timeless ? 1 : HISTORY_BACK_NS);
	group->merit =
	    refused && !answered ? 0 : (uint8_t)(1 + 2 * answered + 3 * back);
}

static unsigned int
worth(const struct group *g)
{
	return g->merit == 0 ? 0U
			     : (unsigned int)g->merit + (g->door->n <= CROWD);
}

static void
forget_door(struct history *h, struct door *d)
{
	struct host *host = d->host;

	LIST_REMOVE(d, of_host);
	map_remove(h->doors, d);
	if (LIST_EMPTY(&host->doors))
		map_remove(h->hosts, host);
}

static void
forget(struct history *h, struct group *g)
{
	struct door *d = g->door;
	struct peer *p = g->peer;

	TAILQ_REMOVE(&d->groups, g, of_door);
	TAILQ_REMOVE(&p->groups, g, of_peer);
	set_got_in(g, false);
	set_answered(g, false);
	history_gone(g);
	history_displace(g);
	if (h->newest == g)
		h->newest = NULL;
	map_remove(h->groups, g);
	h->evicted++;
	if (--d->n == 0)
		forget_door(h, d);
	if (--p->n == 0)
		map_remove(h->peers, p);
}

/* A scanner pushes out its own. */
static void
forget_of_peer(struct history *h, struct peer *p)
{
	struct group *g = TAILQ_LAST(&p->groups, groups), *least = g;

	for (unsigned int i = 0; i < LOOK_AT && g != NULL; i++) {
		if (worth(g) < worth(least))
			least = g;
		g = TAILQ_PREV(g, groups, of_peer);
	}
	p->pushed_out++;
	forget(h, least);
}

/* Where one is forgotten the next one follows: first what 'next' points to is
 * asked for, then what that of 'last' points to. */
static void
look_ahead(
    const struct history *h, const struct group *last, const struct group *next)
{
	map_prefetch_removal(h->peers, last->peer);
	if (next == NULL)
		return;
	map_prefetch_removal(h->groups, next);
	__builtin_prefetch(next->peer);
	__builtin_prefetch(next->door);
}

static void
forget_of_all(struct history *h)
{
	struct group *looked[LOOK_AT] = {NULL}, *g = map_oldest(h->groups);
	size_t n = 0, least = 0;

	for (; n < LOOK_AT && g != NULL; g = map_younger(h->groups, g)) {
		looked[n] = g;
		if (worth(g) < worth(looked[least]))
			least = n;
		n++;
	}
	if (n == 0)
		return;
	look_ahead(h, looked[n - 1], g);
	for (size_t i = 0; i < n; i++)
		if (worth(looked[i]) > worth(looked[least]))
			history_touch(h, looked[i]);
	forget(h, looked[least]);
}

void
history_make_room(struct history *h, struct peer *p)
{
	if (p->n > HISTORY_PEER_GROUPS_MAX)
		forget_of_peer(h, p);
	else if (map_count(h->groups) >= h->max)
		forget_of_all(h);
}
