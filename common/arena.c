/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/arena.h"

#include <stdalign.h>
#include <stdlib.h>

struct arena {
	size_t size, used;
	alignas(max_align_t) unsigned char mem[];
};

struct arena *
arena_new(size_t bytes)
{
	struct arena *a = malloc(sizeof(*a) + bytes);

	if (a == NULL)
		return NULL;
	a->size = bytes;
	a->used = 0;
	return a;
}

void
arena_free(struct arena *a)
{
	free(a);
}

void *
arena_get(struct arena *a, size_t bytes)
{
	size_t mask = alignof(max_align_t) - 1,
	       rounded = (bytes + mask) & ~mask;
	void *at = a->mem + a->used;

	if (rounded < bytes || rounded > a->size - a->used)
		return NULL;
	a->used += rounded;
	return at;
}

void
arena_reset(struct arena *a)
{
	a->used = 0;
}
