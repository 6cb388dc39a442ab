/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_HISTORY_INTERNAL_H
#define AGGREGATOR_CORRELATE_HISTORY_INTERNAL_H

#include "aggregator/correlate/history.h"

#include <sys/queue.h>

/* What the history*.c share. */

/* Of a group so many connections are kept one by one, the newest. */
#define RECENT_MAX 8

struct recent {
	int64_t at; /* start; without times its order */
	uint32_t packets;
	uint16_t client_port;
	uint8_t outcome;
	bool by_sizes : 1, timeless : 1;
};

/* Those before them, all together. */
struct older {
	int64_t first_at, last_at;
	uint32_t n, packets;
	uint16_t client_port;
	uint8_t outcome;
	bool by_sizes : 1, timeless : 1;
};

struct group_key {
	struct addr peer, address;
	uint64_t port;
};

/* What a group knows; a snapshot has it as it is. */
struct came {
	struct addr shown; /* the lowest address of the peer */
	struct older older;
	struct recent recent[RECENT_MAX]; /* the newest first */
	uint8_t n_recent;
	bool within;
};

struct group {
	struct door *door;
	struct peer *peer;
	TAILQ_ENTRY(group) of_door, of_peer;
	TAILQ_ENTRY(group) of_host;
	LIST_ENTRY(group) of_guest;    /* with got_in */
	LIST_ENTRY(group) of_answered; /* with answered, from outside */
	int64_t born;		       /* no connection of it began before */
	/* Of what it 'is': see history_weigh(). */
	uint8_t merit;
	bool got_in, answered;
	bool placed, in_order; /* in which of the host's lists */
	struct came is;
};
TAILQ_HEAD(groups, group); /* who came last is first */

struct peer {
	struct groups groups;
	LIST_HEAD(, group) guest; /* of its groups those that got in */
	uint32_t n;
	uint64_t pushed_out; /* of its groups by its own */
};

struct door_key {
	struct addr honeypot;
	uint64_t port;
};

/* Who came to a door last, each peer once, at its last time: mostly enough to
 * know whether it is a rare one.  NULL: nobody. */
#define LATELY_MAX 4

struct lately {
	const struct peer *peer;
	const struct group *group;
	int64_t at;
};

struct door {
	struct groups groups;
	uint32_t n;
	struct lately lately[LATELY_MAX]; /* the last one first */
	int64_t rest_at; /* no connection of the others began later */
	LIST_ENTRY(door) of_host;
	struct host *host;
};

/* All groups of its doors are in one of the lists: who asks what was before
 * an onset must not look at all that came since. */
struct host {
	LIST_HEAD(, door) doors;
	LIST_HEAD(, group) answered; /* the last one first */
	struct groups in_order;	     /* by 'born' */
	struct groups strays;	     /* came too late for their place */
};

struct call_key {
	struct addr honeypot, peer;
};

struct call {
	int64_t first_ns, last_ns;
	uint64_t first_order;
};

struct history {
	const struct site *site;
	struct map *groups; /* struct group_key -> struct group */
	struct map *peers;  /* struct addr -> struct peer */
	struct map *doors;  /* struct door_key -> struct door */
	struct map *hosts;  /* primary address -> struct host */
	struct map *calls;  /* struct call_key -> struct call */
	uint64_t order;	    /* of the newest connection */
	/* Of the newest connection: whoever asks mostly asks about it.  NULL:
	 * forgotten. */
	const struct group *newest;
	uint32_t max; /* groups */
	uint64_t evicted;
};

/* When an answer looks at: (from, to]. */
struct window {
	int64_t from, to;
	bool timeless;
};

static inline struct window
history_window(const struct moment *m)
{
	struct window w = {
	    .from = 0,
	    .to = (int64_t)m->order,
	    .timeless = m->ns == TIME_NONE,
	};

	if (w.timeless)
		return w;
	w.to = m->ns;
	if (__builtin_sub_overflow(m->ns, HISTORY_WINDOW_NS, &w.from))
		w.from = INT64_MIN;
	return w;
}

static inline bool
window_has(const struct window *w, int64_t at, bool timeless)
{
	return timeless == w->timeless && at > w->from && at <= w->to;
}

static inline bool
window_has_older(const struct window *w, const struct older *o)
{
	return o->n > 0 && o->timeless == w->timeless && o->last_at > w->from &&
	       o->first_at <= w->to;
}

/* history_ask.c: whether anything of 'g' lies in it. */
bool history_touches(const struct window *w, const struct group *g);
const struct peer *history_find_peer(
    const struct history *h, const struct addr *peer);

/* history.c: a new group of that key, without visits, for a honeypot. */
struct group *history_open_group(struct history *h, const struct group_key *key,
    const struct addr *honeypot);
/* It is the youngest now. */
void history_touch(struct history *h, struct group *g);

/* history_door.c: a new door. */
void history_open_door(struct door *d);
/* A connection of 'g' began. */
void history_came(struct group *g, const struct recent *r);
/* When those of 'g' began is another matter now. */
void history_gone(struct group *g);

/* history_host.c: a new host. */
void history_open_host(struct host *host);
/* A connection of 'g' began, without times at INT64_MIN: the earliest says
 * where its place is. */
void history_born(struct group *g, int64_t at);
void history_displace(struct group *g);
/* Without strays. */
void history_place_all(struct history *h);

/* history_evict.c: room for a group of 'p', which counts it already. */
void history_make_room(struct history *h, struct peer *p);
/* After each change of a group: what it is worth. */
void history_weigh(struct group *g);

#endif
