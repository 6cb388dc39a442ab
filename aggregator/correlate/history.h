/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_HISTORY_H
#define AGGREGATOR_CORRELATE_HISTORY_H

#include "aggregator/correlate/connection.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct history;
struct rd;
struct tuple;
struct wr;

/*
 * Who came in to each honeypot: a summary for each (peer, address, port), so
 * that it can be asked later who was there before something happened.  Peers
 * in IPv6 count per /64; a honeypot that came from within is a peer by its
 * primary address.  What is expected, or forged, is not kept.
 *
 * The answers do not depend on the order in which connections come, for as
 * long as nothing is evicted.
 */
struct history_sizes {
	uint32_t groups; /* (peer, address, port) */
	uint32_t calls;	 /* (honeypot, peer) that it began connections to */
};

/*
 * 376 bytes a group with its cell, 90 its peer, 220 its door: 90 MB when it is
 * full and nobody shares any, used only as far as it fills.  In Scan 34 an
 * address has 90 groups in 24 hours: enough for 1,400 addresses of it.  112
 * bytes a call: 7 MB.
 */
#define HISTORY_SIZES                                                          \
	(struct history_sizes)                                                 \
	{                                                                      \
		.groups = 1 << 17, .calls = 1 << 16                            \
	}

/* One peer has at most so many groups: whoever touches more is a scanner, and
 * pushes out its own.  A /24 on one port, or a honeypot on 256 ports. */
#define HISTORY_PEER_GROUPS_MAX 256

/* How long a group that nobody adds to may be asked for. */
#define HISTORY_WINDOW_NS (24 * NS_PER_HOUR)

/* A peer that comes again so much later came back: before that it is one
 * visit, however many connections a program opened at once. */
#define HISTORY_BACK_NS (30 * NS_PER_SEC)

/*
 * Up to when an answer looks.  Without times the order in which connections
 * came is all there is: no window applies then.
 */
struct moment {
	int64_t ns;	/* TIME_NONE: 'order' counts */
	uint64_t order; /* of the connection, from 1 */
};

/* What one peer did at one door in the 24 hours up to a moment. */
struct visits {
	struct addr peer;     /* of its addresses in a /64 the lowest */
	struct addr counted;  /* the address by which it is counted */
	struct addr address;  /* whom it called */
	struct addr honeypot; /* ... its primary address */
	uint16_t port;
	bool within;		   /* the peer is a honeypot */
	int64_t first_ns, last_ns; /* starts; TIME_NONE: not known */
	int64_t before_ns;	   /* of the last but one, or first_ns */
	uint64_t first_order, last_order;
	uint64_t connections;
	uint16_t client_port; /* of the last one */
	enum outcome outcome; /* the best of them */
	bool by_sizes;	      /* the outcome is a reading of sizes */
	uint64_t packets;     /* most that one side sent; 0: unknown */
	bool back;	      /* it came back */
};

/* site: borrowed.  NULL: no memory. */
struct history *history_new(
    const struct site *site, const struct history_sizes *sizes);
void history_free(struct history *h);

/* Take in what fold tells: NEW, WITNESS, OUTCOME, COUNTED, END. */
#define HISTORY_EVENTS                                                         \
	(1U << CONNECTION_NEW | 1U << CONNECTION_WITNESS |                     \
	    1U << CONNECTION_DETAIL | 1U << CONNECTION_OUTCOME |               \
	    1U << CONNECTION_COUNTED | 1U << CONNECTION_END)
void history_put(
    struct history *h, const struct connection *c, enum connection_event event);

/* A connection of these ends will be put soon: see map_prefetch(). */
void history_prefetch(const struct history *h, const struct tuple *t);

/* When 'c', of the last CONNECTION_NEW, began. */
struct moment history_moment(
    const struct history *h, const struct connection *c);

/* The address by which an end of a connection is counted as a peer. */
struct addr history_peer(const struct party *p);

typedef void history_fn(void *arg, const struct visits *v);

/* Everybody who came to a honeypot up to 'm', in no order. */
void history_of_honeypot(const struct history *h, const struct addr *primary,
    const struct moment *m, history_fn *fn, void *arg);

/* All doors that a peer tried up to 'm', in no order.  peer: as counted. */
void history_of_peer(const struct history *h, const struct addr *peer,
    const struct moment *m, history_fn *fn, void *arg);

/*
 * Of these only doors of the honeypot 'primary' where it was answered, or one
 * side sent more than 'packets' in a connection: a few of a scanner's many.
 * packets: GUEST_PACKETS_MIN or more; one alone is a knock.
 */
#define GUEST_PACKETS_MIN 1
void history_of_guest(const struct history *h, const struct addr *peer,
    const struct addr *primary, uint64_t packets, const struct moment *m,
    history_fn *fn, void *arg);

/*
 * How many peers beside 'but' (NULL: nobody) tried 'port' of a honeypot up to
 * 'm'; counting stops at 'enough'.
 */
uint32_t history_peers_on(const struct history *h, const struct addr *primary,
    uint16_t port, const struct moment *m, const struct addr *but,
    uint32_t enough);

/* Whether these are at most 'others', beside 'but'. */
bool history_is_rare(const struct history *h, const struct addr *primary,
    uint16_t port, const struct moment *m, const struct addr *but,
    uint32_t others);

/* How far a peer reached up to 'm'; nothing more is counted once one of them
 * is REACH_MAX, and nothing at all with 'more'. */
#define REACH_MAX 8
struct reach {
	uint32_t honeypots, ports;
	bool more; /* it touched more than is kept of it */
};
struct reach history_reach(
    const struct history *h, const struct addr *peer, const struct moment *m);

/* The addresses of the net on which a peer tried 'port' up to 'm'. */
uint32_t history_swept(const struct history *h, const struct addr *peer,
    uint16_t port, const struct moment *m, bool *more);

/* Whether a honeypot answered anybody from outside up to 'm'. */
bool history_answered(const struct history *h, const struct addr *primary,
    const struct moment *m);

/* When a honeypot first began a connection to a peer; order 0: never, or 24
 * hours ago and not since. */
struct moment history_called(const struct history *h,
    const struct addr *primary, const struct addr *peer);

/* For snapshots, see snapshot.h. */
#define HISTORY_VERSION 1
void history_save(const void *h, struct wr *w);
int history_load(void *h, struct rd *r);

uint64_t history_evicted(const struct history *h);

#endif
