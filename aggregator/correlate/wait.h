/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_WAIT_H
#define AGGREGATOR_CORRELATE_WAIT_H

#include "aggregator/correlate/history.h"

struct alert_sink;
struct rd;
struct wait;
struct wr;

/*
 * Connections whose verdict a straggler could change: they are judged when no
 * record of their time is expected any more, in the order of their times.  One
 * without a time is judged at once.
 */
#define WAIT_MAX 1024 /* 1.5 kB each; the oldest is judged early */

struct waiting {
	struct connection c; /* as far as it is known by now */
	struct moment at;
	bool raised; /* it was told already: only details may change */
};

typedef void wait_fn(
    void *self, const struct waiting *w, struct alert_sink *out);

/* judge: called with 'self' for each, 'delay_ns' after it began.  NULL: no
 * memory. */
struct wait *wait_new(wait_fn *judge, void *self, int64_t delay_ns);
void wait_free(struct wait *w);

void wait_put(struct wait *w, const struct connection *c,
    const struct moment *at, bool raised, struct alert_sink *out);

/* More is known of a connection, perhaps that it began earlier.  Returns
 * whether it waits. */
bool wait_change(struct wait *w, const struct connection *c);

bool wait_has(const struct wait *w, const struct connection *c);

/* It is 'now_ns': by a connection that began, or a clock.  INT64_MAX: the
 * input ends. */
void wait_until(struct wait *w, int64_t now_ns, struct alert_sink *out);

void wait_save(const struct wait *w, struct wr *to);
int wait_load(struct wait *w, struct rd *r);

#endif
