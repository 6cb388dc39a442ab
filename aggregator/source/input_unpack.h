/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_INPUT_UNPACK_H
#define AGGREGATOR_SOURCE_INPUT_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unpack;

/* A run of bytes that is used up from its beginning. */
struct piece {
	const uint8_t *p;
	size_t left;
};

enum unpack_state {
	UNPACK_MORE,  /* needs more input, or room */
	UNPACK_WHOLE, /* nothing is half done: the input may end here */
	UNPACK_DAMAGED,
};

/*
 * For data that begin with 'head'.  Returns NULL with '*out_of_memory' false
 * when they are not packed.
 */
struct unpack *unpack_new(const uint8_t *head, size_t len, bool *out_of_memory);
void unpack_free(struct unpack *u);

/*
 * Unpack from 'in' into out[0..*size); 'in' moves, '*size' becomes what was
 * written.
 */
enum unpack_state unpack_step(
    struct unpack *u, struct piece *in, uint8_t *out, size_t *size);

#endif
