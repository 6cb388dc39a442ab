/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_ARENA_H
#define COMMON_ARENA_H

#include <stddef.h>

struct arena;

/*
 * Memory that is given back all at once, from one block of 'bytes' that is
 * never grown: a message from outside cannot cost more than that.  Returns
 * NULL when memory is out.
 */
struct arena *arena_new(size_t bytes);
void arena_free(struct arena *a);

/* Aligned for any type, not cleared; NULL when the block is used up. */
void *arena_get(struct arena *a, size_t bytes);
void arena_reset(struct arena *a);

#endif
