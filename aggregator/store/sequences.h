/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_SEQUENCES_H
#define AGGREGATOR_STORE_SEQUENCES_H

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
#define SEQUENCES_MAX 4096

struct range {
	uint64_t first, last; /* both are in it */
};

/* A set of numbers as sorted ranges that do not touch.  Zeroed: empty. */
struct sequences {
	struct range *at;
	size_t n, room;
	uint64_t closed; /* numbers that came in by joining */
};

void sequences_fini(struct sequences *r);
void sequences_clear(struct sequences *r); /* keeps the memory */

bool sequences_have(const struct sequences *r, uint64_t x);

/* Add first..last.  Returns 0, or -1 when memory is out. */
int sequences_add(struct sequences *r, uint64_t first, uint64_t last);

/* Make sure that the next 'n' calls of sequences_add() succeed.  0 or -1. */
int sequences_reserve(struct sequences *r, size_t n);

/* Add all of 'other', for which there must be room. */
void sequences_join(struct sequences *r, const struct sequences *other);

/* The highest number; 0 when empty. */
uint64_t sequences_highest(const struct sequences *r);

/* How many numbers above 'base' and below the highest one are not in it, or
 * came in by joining. */
uint64_t sequences_missing(const struct sequences *r, uint64_t base);

#endif
