/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_KNOWN_H
#define AGGREGATOR_CORRELATE_KNOWN_H

#include "aggregator/correlate/connection.h"

#include <stdbool.h>
#include <stdint.h>

struct known;
struct rd;
struct wr;

/*
 * What is known of the honeynet as a whole, for detectors that must know what
 * is usual: since when each address of it is seen, which of them are alive,
 * and who uses which peer.  A home network is mostly dark: alive is who
 * answered, or began a connection.
 */
struct known_sizes {
	uint32_t seen;	    /* home addresses; the longest silent goes first */
	uint32_t alive;	    /* honeypots, in the same way */
	uint32_t uses;	    /* (honeypot, peer, port) */
	uint32_t uses_each; /* of one honeypot; it learns no more of them: so
			       that one that sweeps makes nobody forget */
};

/* 56 bytes an address or honeypot, 96 a use, with their cells: 17 MB when all
 * are full.  1 << 16 addresses are a home network /16. */
#define KNOWN_SIZES                                                            \
	(struct known_sizes)                                                   \
	{                                                                      \
		.seen = 1 << 16, .alive = 4096, .uses = 1 << 17,               \
		.uses_each = 2048                                              \
	}

/* A use that was not repeated for so long is forgotten. */
#define KNOWN_USE_NS (7 * NS_PER_DAY)

/* NULL: no memory. */
struct known *known_new(const struct known_sizes *sizes);
void known_free(struct known *k);

/* 'c' is new, or its times or its outcome are. */
void known_connection(struct known *k, const struct connection *c);

/* Since when the honeypot of that primary address is seen, in any direction;
 * TIME_NONE: it is not. */
int64_t known_since(const struct known *k, const struct addr *honeypot);

/*
 * Whether at 'time_ns' half of the honeypots alive by then, and more than one,
 * had begun connections to that peer and port.
 */
bool known_half_use(const struct known *k, const struct addr *peer,
    uint16_t port, int64_t time_ns);

void known_tick(struct known *k, int64_t now_ns);

/* Addresses, honeypots and uses for which there was no room. */
uint64_t known_evicted(const struct known *k);

/* For snapshots, see snapshot.h. */
#define KNOWN_VERSION 1
void known_save(const void *k, struct wr *w);
int known_load(void *k, struct rd *r);

#endif
