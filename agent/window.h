/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_WINDOW_H
#define AGENT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window;

/* A message that the aggregator has not acknowledged yet. */
struct window_item {
	uint64_t sequence;
	size_t records; /* in it */
	const uint8_t *buf;
	size_t len;
	bool sent;
};

/*
 * Messages in order of their sequence, kept until they are acknowledged.
 *
 * max_bytes: when they need more, the oldest that was not sent yet goes, and
 *            its records are counted.
 */
struct window *window_new(size_t max_bytes);
void window_free(struct window *w);

/*
 * Append; 'buf' is copied.  Returns 0; -1 when memory is out: then its
 * records count as dropped.
 */
int window_put(struct window *w, uint64_t sequence, size_t records,
    const void *buf, size_t len);

/* The oldest that is to be sent, borrowed; NULL: none, or 'most' are on
 * their way already. */
const struct window_item *window_next(const struct window *w, size_t most);
void window_sent(struct window *w, uint64_t sequence);

/* The connection is gone: all must be sent again. */
void window_unsend(struct window *w);

/* Returns whether the sequence was there. */
bool window_ack(struct window *w, uint64_t sequence);

size_t window_messages(const struct window *w);
size_t window_bytes(const struct window *w);

/* Records that were dropped, ever. */
uint64_t window_dropped(const struct window *w);

#endif
