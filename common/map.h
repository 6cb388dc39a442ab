/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_MAP_H
#define COMMON_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;
struct rd;
struct wr;

/*
 * A hash map that never holds more than 'max' entries: a put that finds it
 * full evicts the oldest, and counts it.  An entry's age runs from its put or
 * its last map_touch().  All memory is reserved by map_new(), and used only
 * as entries come; puts allocate nothing.
 *
 * key_bytes: a multiple of 8; keys are compared as bytes, so that holes in a
 *            key must be zero.
 * max:       1 or more.
 * Hashes are salted: strangers choose the keys, not where they land.
 * Returns NULL when memory is out.
 */
struct map *map_new(size_t key_bytes, size_t value_bytes, uint32_t max);
void map_free(struct map *m);

/* Called just before an entry is evicted; it must not touch the map. */
typedef void map_evict_fn(void *arg, const void *key, void *value);
void map_on_evict(struct map *m, map_evict_fn *fn, void *arg);

/* The value of 'key', or NULL.  Values stay where they are until removed. */
void *map_get(const struct map *m, const void *key);

/* Say that 'key' will be asked for soon: the memory that is needed then may
 * come meanwhile.  Changes nothing. */
void map_prefetch(const struct map *m, const void *key);

/* The same of the entry of 'value', which will be removed, and of the next
 * younger one. */
void map_prefetch_removal(const struct map *m, const void *value);

/* The value of 'key', which joins with a value of zeroes if it is new. */
void *map_put(struct map *m, const void *key, bool *is_new);

/* Make the entry of 'value' the youngest. */
void map_touch(struct map *m, void *value);

/* Remove the entry of 'value'; nobody is called. */
void map_remove(struct map *m, void *value);

/* The key of 'value'. */
const void *map_key(const struct map *m, const void *value);

/* The value of the oldest entry; NULL: the map is empty. */
void *map_oldest(const struct map *m);
/* The next younger one, or NULL. */
void *map_younger(const struct map *m, const void *value);

size_t map_count(const struct map *m);
uint64_t map_evicted(const struct map *m);

/*
 * Write the 'max' youngest entries, from the oldest of them on, and how many
 * were evicted, as they lie in memory: no pointers in keys and values, or the
 * reader mends them.
 */
void map_save(const struct map *m, size_t max, struct wr *w);

/* Fill an empty map with what map_save() wrote: the same entries in the same
 * order of age.  Returns 0, or -1: the bytes are of a map of another shape. */
int map_load(struct map *m, struct rd *r);

#endif
