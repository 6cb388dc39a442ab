/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_AHEAD_H
#define AGGREGATOR_CLI_AHEAD_H

#include <stddef.h>

struct ahead;
struct err;

/*
 * A producer in a thread of its own, ahead of its consumer by a bounded number
 * of items.  Whatever the producer uses is its own from ahead_open() until
 * ahead_next() said that there is no more, or ahead_close() returned.
 */

/* Make the next item in the storage 'item', which may hold an older one.
 * Returns 1; 0: there is none; -1 with 'e'.  Not called again after 0 or
 * -1. */
typedef int ahead_fn(void *arg, void *item, struct err *e);

/*
 * Begins at once.
 *
 * items: room for 'n' (2 or more) items of 'size' bytes each; borrowed.
 * Returns NULL with 'e': EX_OSERR, no memory or no thread.
 */
struct ahead *ahead_open(ahead_fn *make, void *arg, void *items, size_t size,
    size_t n, struct err *e);

/* Waits for a call of 'make' that has begun; what was made and not asked for
 * is lost. */
void ahead_close(struct ahead *a);

/* The next item, in the order in which they were made: borrowed until the
 * next call.  Returns 1; 0: that was all; -1 with 'e' as 'make' said it, after
 * all that it made before. */
int ahead_next(struct ahead *a, void **item, struct err *e);

#endif
