/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_FOLD_H
#define AGGREGATOR_CORRELATE_FOLD_H

#include "aggregator/correlate/connection.h"
#include "common/record.h"

#include <stdint.h>

struct fold;
struct rd;
struct tuple;
struct wr;

/*
 * Records become connections.  Two clocks: what belongs together is judged by
 * the records' own times; what may be forgotten by fold_advance() alone, so
 * that neither a late batch nor a sensor with a wrong clock makes the others'
 * connections end.
 */
struct fold_sink {
	void *arg;
	/* 1 << enum connection_event: the others are not told. */
	unsigned int events;
	/* 'c' is borrowed. */
	void (*event)(
	    void *arg, const struct connection *c, enum connection_event event);
	/* A SYN of these ends comes soon: time to ask for memory.  NULL:
	 * nobody wants to know. */
	void (*ahead)(void *arg, const struct tuple *t);
};

/* How many are remembered at once; the oldest gives way, counted. */
struct fold_sizes {
	uint32_t coming; /* connections from outside, and forged ones */
	uint32_t going; /* from honeypots: no flood from outside evicts these */
	uint32_t early; /* replies that wait for their SYN */
	uint32_t replying; /* honeypots whose replies are seen, two ways each */
};

/* 184 bytes a connection and 104 a reply, with their cells: 254 MB when all
 * are full, used only as far as they fill.  1 << 20 connections are 75 s of
 * 14,000 SYNs a second. */
#define FOLD_SIZES                                                             \
	(struct fold_sizes)                                                    \
	{                                                                      \
		.coming = 1 << 20, .going = 1 << 18, .early = 1 << 17,         \
		.replying = 1 << 13                                            \
	}

struct fold_counts {
	uint64_t records, connections, retransmissions, witnesses;
	uint64_t same_packet, answers, refusals, backscatter;
	uint64_t own, stray, expected, evicted;
};

/* A new attempt of the same 5-tuple is the same connection when it comes no
 * later than this after the last one: Linux waits 64 s at most. */
#define ATTEMPT_GAP_NS (75 * NS_PER_SEC)

/* site: borrowed; it may change between calls.  NULL: no memory. */
struct fold *fold_new(const struct site *site, const struct fold_sizes *sizes,
    const struct fold_sink *sink);
void fold_free(struct fold *f);

/* sensor: NULL for a file. */
void fold_put(struct fold *f, const char *sensor, const struct batch *b);

/* Forget, and tell the end of, what is over.  The clock never goes back. */
void fold_advance(struct fold *f, int64_t now_ns);
/* The end of all. */
void fold_finish(struct fold *f);

struct fold_counts fold_counts(const struct fold *f);

/* For snapshots, see snapshot.h.  Under a flood from outside the oldest
 * connections are left out. */
#define FOLD_VERSION 2
void fold_save(const void *f, struct wr *w);
int fold_load(void *f, struct rd *r);

#endif
