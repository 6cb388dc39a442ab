/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_WINDOW_H
#define AGENT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window;

/*
 * A message that the aggregator has not acknowledged yet.
 *
 * records: in it.
 * lost, dropped: what it says of records that never were in any.
 */
struct window_item {
	uint64_t sequence, records, lost, dropped;
	const uint8_t *buf;
	size_t len;
};

/*
 * Messages in order of their sequence, kept until they are acknowledged.
 *
 * max_bytes: when they need more, the oldest that was never sent goes, and is
 *            counted.  What was sent once may be stored already: it stays.
 */
struct window *window_new(size_t max_bytes);
void window_free(struct window *w);

/*
 * Append; the bytes are copied.  Returns 0; -1 when memory is out: then it
 * counts as dropped.
 */
int window_put(struct window *w, const struct window_item *i);

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

/* The sequence of the oldest; 0: there is none. */
uint64_t window_oldest(const struct window *w);

/*
 * What went with dropped messages, ever: their records and the records whose
 * drop they told of, and the losses they told of.  Somebody must tell again.
 */
uint64_t window_dropped(const struct window *w);
uint64_t window_untold_dropped(const struct window *w);
uint64_t window_untold_lost(const struct window *w);

#endif
