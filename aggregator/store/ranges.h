/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_RANGES_H
#define AGGREGATOR_STORE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Ranges kept for one run: 4,096 x 16 bytes = 64 KiB.  An honest sender has
 * a handful.  When one more would be needed the two lowest are joined: the
 * sequences between them count as known from then on.  So nothing is ever let
 * in twice, but a message that had been missing for 4,095 later gaps would be
 * taken for a duplicate if it still came.
 */
#define RANGES_MAX 4096

struct range {
	uint64_t first, last; /* both are in it */
};

/* A set of numbers as sorted ranges that do not touch.  Zeroed: empty. */
struct ranges {
	struct range *at;
	size_t n, room;
	uint64_t closed; /* numbers that came in by joining */
};

void ranges_fini(struct ranges *r);
void ranges_clear(struct ranges *r); /* keeps the memory */

bool ranges_have(const struct ranges *r, uint64_t x);

/* Add first..last.  Returns 0, or -1 when memory is out. */
int ranges_add(struct ranges *r, uint64_t first, uint64_t last);

/* Make sure that the next 'n' calls of ranges_add() succeed.  0 or -1. */
int ranges_reserve(struct ranges *r, size_t n);

/* Add all of 'other', for which there must be room. */
void ranges_join(struct ranges *r, const struct ranges *other);

/* The highest number; 0 when empty. */
uint64_t ranges_highest(const struct ranges *r);

/* How many numbers above 'base' and below the highest one are not in it, or
 * came in by joining. */
uint64_t ranges_missing(const struct ranges *r, uint64_t base);

#endif
