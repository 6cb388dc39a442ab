/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_NEAREST_H
#define COMMON_NEAREST_H

#include <stddef.h>

/*
 * Which known word somebody meant who wrote another one: that with the fewest
 * letters added, left out, changed or swapped, in either case.
 *
 * found: NULL while none of those tried is near enough to be worth saying.
 */
struct nearest {
	const char *word;
	size_t len;
	size_t distance;
	const char *found;
};

/* 'word' has 'len' bytes and is borrowed. */
struct nearest nearest_to(const char *word, size_t len);
void nearest_try(struct nearest *n, const char *known);

/* "; did you mean 'port'?", or "" when there is nothing to say. */
#define NEAREST_HINT_MAX 64
const char *nearest_hint(
    const struct nearest *n, char out[static NEAREST_HINT_MAX]);

#endif
