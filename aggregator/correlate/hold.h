/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_HOLD_H
#define AGGREGATOR_CORRELATE_HOLD_H

#include "aggregator/correlate/connection.h"

#include <stdbool.h>
#include <stdint.h>

struct hold;
struct rd;
struct wr;

/*
 * What a honeypot that relays for its visitors begins is judged by its uid,
 * which only the honeypot's own sensor knows: a gateway's record may be here
 * first.  Such a connection waits until its uid is known, or no record of
 * that time is expected any more.
 */
#define HOLD_MAX 1024 /* 1.4 kB each; the oldest goes on as it is */

/* Told of what waited: first that it is new, then its outcome if it has one. */
struct hold_sink {
	void *arg;
	void (*event)(
	    void *arg, const struct connection *c, enum connection_event event);
};

/* site: borrowed.  NULL: no memory. */
struct hold *hold_new(const struct site *site, const struct hold_sink *sink);
void hold_free(struct hold *h);

/* Returns whether 'c' waits; else the caller goes on with this event. */
bool hold_connection(
    struct hold *h, const struct connection *c, enum connection_event event);

/* By a clock, or a connection that begins.  INT64_MAX: the input ends. */
void hold_tick(struct hold *h, int64_t now_ns);

/* For snapshots, see snapshot.h. */
#define HOLD_VERSION 2
void hold_save(const void *h, struct wr *w);
int hold_load(void *h, struct rd *r);

#endif
