/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_MAP_INTERNAL_H
#define COMMON_MAP_INTERNAL_H

#include "common/map.h"

/* What the map*.c share. */

#define NONE 0 /* slots are numbered from 1 */

/* Before each key; 16 bytes, so that keys and values are aligned to 8. */
struct slot {
	uint32_t older, younger; /* older: the next one, while it is free */
	uint32_t hash;
	uint32_t own; /* its number */
};

/*
 * Where slots are found: at their hash, or behind it up to an empty cell.
 * Half of the cells at least are empty, and the hash is beside the number, so
 * that a look at one cache line is mostly enough.
 *
 * There is room for tables of all sizes one after the other, that of N cells
 * at cell N: a map that could hold a million entries and holds a thousand has
 * its cells in the cache.
 */
struct cell {
	uint32_t hash;
	uint32_t slot; /* NONE: empty */
};

struct map {
	size_t key_bytes, slot_bytes;
	unsigned char *slots;
	struct cell *cells; /* of all sizes */
	struct cell *cell;  /* of the size in use */
	uint32_t mask;	    /* their number minus 1 */
	uint32_t mask_max;
	uint32_t max, n;
	uint32_t unused; /* slots from here on were never used */
	uint32_t free, oldest, youngest;
	uint64_t salt[4];
	uint64_t evicted;
	map_evict_fn *evict;
	void *evict_arg;
};

static inline struct slot *
slot_at(const struct map *m, uint32_t i)
{
	return (struct slot *)(void *)(m->slots + i * m->slot_bytes);
}

static inline unsigned char *
key_at(const struct map *m, uint32_t i)
{
	return m->slots + i * m->slot_bytes + sizeof(struct slot);
}

static inline void *
value_at(const struct map *m, uint32_t i)
{
	return key_at(m, i) + m->key_bytes;
}

/* map_memory.c: twice as many cells. */
void map_use_more_cells(struct map *m);

#endif
