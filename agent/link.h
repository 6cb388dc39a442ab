/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_LINK_H
#define AGENT_LINK_H

#include "common/keys.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct link;
struct loop;

struct link_options {
	const char *aggregator;	    /* endpoint; borrowed */
	struct key aggregator_key;  /* public */
	const struct key_pair *key; /* ours; borrowed during link_open() */
	size_t queue_bytes;
	/* Fill in what Hello says now; versions are the link's. */
	void (*hello)(void *arg, struct wire_hello *h);
	void *arg;
};

/*
 * The way to the aggregator: DEALER with CURVE.  Keeps each message until the
 * aggregator says that it is on disk, and sends it again after every broken
 * connection.  Never gives up: a refused or broken connection is tried again
 * with back-off and jitter, on a fresh socket.
 */
struct link *link_open(
    struct loop *l, const struct link_options *o, struct err *e);
void link_close(struct link *k);

/* Queue a message, copied. */
struct window_item;
void link_put(struct link *k, const struct window_item *i);

struct link_stats {
	bool up;	  /* welcomed by the aggregator */
	uint64_t dropped; /* records, because the queue was full */
	/* Told in messages that were dropped: to be told again (window.h). */
	uint64_t untold_dropped, untold_lost;
	uint64_t refused; /* messages that the aggregator set aside */
	size_t queued_messages, queued_bytes;
};
void link_stats(const struct link *k, struct link_stats *out);

#endif
