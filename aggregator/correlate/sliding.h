/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SLIDING_H
#define AGGREGATOR_CORRELATE_SLIDING_H

#include "aggregator/correlate/connection.h"

#include <stdbool.h>
#include <stdint.h>

struct rd;
struct sliding;
struct wr;

/*
 * "Ten servers within 60 s", for many honeypots at once.
 *
 * A key is over its threshold when there is a moment v such that in
 * [v - span, v], both ends included, there are connections to 'need'
 * different things.  That a set of connections is over it does not depend on
 * the order in which they come, and none that comes late can undo it: so it
 * is said at once.  What counts from then on are the connections from
 * v - span on, for the earliest v, until there was none for 'quiet'.  Two are
 * taken for the same set if they differ in the order of what came within half
 * a second (STRAGGLERS_NS).
 *
 * Connections without times are in no window.
 */
struct sliding_sizes {
	uint32_t keys;	 /* that may get over it, and as many that are */
	uint32_t events; /* connections, of all keys */
};

/* What is counted for whom.  No holes. */
struct sliding_key {
	struct addr honeypot; /* primary */
	struct addr peer;     /* zeroes: any */
	uint64_t port;	      /* 0: any */
};

/*
 * 'c' counts: one that is put, or was put before and is remembered (times,
 * ends, witnesses).  over_ns: v.  event: CONNECTION_NEW; else it did before,
 * and its times or witnesses changed.
 */
typedef void sliding_fn(void *arg, const struct connection *c,
    const struct addr *what, int64_t over_ns, enum connection_event event);

/* A connection that is new, or whose times or witnesses are. */
struct sliding_put {
	struct sliding_key key;
	uint32_t need; /* 1 or more; the same for a key at all times */
	int64_t quiet_ns;
	const struct addr *what; /* of which 'need' must be different */
	const struct connection *connection;
	enum connection_event event;
	sliding_fn *fn; /* called for all that count now */
	void *arg;
};

#define SLIDING_EVENTS                                                         \
	(1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |                     \
	    1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL)

/* site: borrowed.  NULL: no memory. */
struct sliding *sliding_new(const struct site *site,
    const struct sliding_sizes *sizes, int64_t width_ns);
void sliding_free(struct sliding *w);

void sliding_put(struct sliding *w, const struct sliding_put *p);

/* Forget what is over. */
void sliding_tick(struct sliding *w, int64_t now_ns);

/* What was forgotten while it might have counted. */
uint64_t sliding_evicted(const struct sliding *w);

/* For snapshots, see snapshot.h. */
void sliding_save(const struct sliding *w, struct wr *out);
int sliding_load(struct sliding *w, struct rd *r);

#endif
