/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_EARLY_H
#define AGGREGATOR_CORRELATE_EARLY_H

#include "aggregator/correlate/tuple.h"
#include "common/clock.h"

#include <stdint.h>

struct early;
struct rd;
struct wr;

/*
 * Replies whose SYN has not come yet: it sits in a batch that fills slowly,
 * or another sensor saw it.  One that waited for a minute answers nobody: it
 * is backscatter.  Backscatter floods are what they come from: the oldest
 * gives way when there are too many.
 */
enum reply {
	REPLY_ANSWER = 1,  /* SYN+ACK */
	REPLY_REFUSAL = 2, /* RST */
};

#define REPLY_WAIT_NS (60 * NS_PER_SEC)

/* max: how many may wait.  NULL: no memory. */
struct early *early_new(uint32_t max);
void early_free(struct early *e);

/* time_ns: of the reply.  clock_ns: from when it waits; TIME_NONE: from the
 * first early_advance(). */
void early_put(struct early *e, const struct tuple *t, enum reply kind,
    int64_t time_ns, int64_t clock_ns);

/* The replies to a SYN of 'time_ns', a set of enum reply; no longer kept. */
unsigned int early_take(
    struct early *e, const struct tuple *t, int64_t time_ns);

/* Give up on what has waited too long. */
void early_advance(struct early *e, int64_t clock_ns);
/* Give up on all. */
void early_finish(struct early *e);

/* Replies, each once, that had to be given up. */
uint64_t early_backscatter(const struct early *e);
/* Those among them for which there was no room. */
uint64_t early_evicted(const struct early *e);

/* For snapshots. */
void early_save(const struct early *e, struct wr *w);
int early_load(struct early *e, struct rd *r);

#endif
