/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_FEED_WATCH_H
#define AGGREGATOR_CLI_FEED_WATCH_H

#include "common/err.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Is the feed there, and did anything get lost on the way?  Each message has
 * the publisher's run and sequence: an event its own (under all its topics
 * the same), a heartbeat that of the last event.  A change is told once.
 */

/* A heartbeat comes every second. */
#define FEED_SILENT_NS (3 * NS_PER_SEC)

enum feed_state {
	FEED_NEVER, /* nothing came yet */
	FEED_LIVE,
	FEED_AWAY,
};

/* A sentence for a person; borrowed. */
typedef void feed_say_fn(void *arg, const char *text);

struct feed_watch {
	const char *endpoint; /* borrowed */
	feed_say_fn *say;
	void *arg;
	enum feed_state state;
	int64_t heard_ns; /* of the monotonic clock */
	struct run_id run;
	uint64_t sequence;
	char complaint[ERR_TEXT_MAX]; /* said last: said once */
};

void feed_watch_init(
    struct feed_watch *w, const char *endpoint, feed_say_fn *say, void *arg);

/* A message came. */
void feed_watch_heard(struct feed_watch *w, const struct run_id *run,
    uint64_t sequence, bool heartbeat, int64_t now_ns);

/* The connection is not there: 'why' is a sentence. */
void feed_watch_lost(struct feed_watch *w, const char *why, int64_t now_ns);

/* To be called about every second. */
void feed_watch_tick(struct feed_watch *w, int64_t now_ns);

#endif
