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
	uint8_t merit; /* of what it 'is': see history_weigh() */
	struct came is;
};
TAILQ_HEAD(groups, group); /* who came last is first */

struct peer {
	struct groups groups;
	uint32_t n;
	uint64_t pushed_out; /* of its groups by its own */
};

struct door_key {
	struct addr honeypot;
	uint64_t port;
};

struct door {
	struct groups groups;
	uint32_t n;
	LIST_ENTRY(door) of_host;
	struct host *host;
};

struct host {
	LIST_HEAD(, door) doors;
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
	uint32_t max;	    /* groups */
	uint64_t evicted;
};

/* history.c: a new group of that key, without visits, for a honeypot. */
struct group *history_open_group(struct history *h, const struct group_key *key,
    const struct addr *honeypot);
/* It is the youngest now. */
void history_touch(struct history *h, struct group *g);

/* history_evict.c: room for a group of 'p' (NULL: a new peer). */
void history_make_room(struct history *h, struct peer *p);
/* After each change of a group: what it is worth. */
void history_weigh(struct group *g);

#endif
