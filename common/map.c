/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/map_internal.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;

static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/*
 * Both factors of each product hold a part of the salt: without it nobody can
 * choose keys that collide.
 */
static inline uint32_t
hash_key(const struct map *m, const void *key)
{
	const unsigned char *p = key;
	uint64_t h = m->salt[0], w[2];
	size_t left = m->key_bytes;

	for (; left >= 16; left -= 16, p += 16) {
		memcpy(w, p, 16);
		h = mix(w[0] ^ m->salt[1], w[1] ^ h);
	}
	if (left > 0) {
		memcpy(w, p, 8);
		h = mix(w[0] ^ m->salt[2], h);
	}
	return (uint32_t)mix(h ^ m->salt[3], m->salt[1] | 1);
}

static inline uint32_t
index_of(const struct map *m, const void *value)
{
	const struct slot *s =
	    (const void *)((const unsigned char *)value - m->key_bytes -
			   sizeof(struct slot));

	return s->own;
}

void
map_on_evict(struct map *m, map_evict_fn *fn, void *arg)
{
	m->evict = fn;
	m->evict_arg = arg;
}

/* Words, not memcmp(): a key is a few of them, and mostly the same. */
static inline bool
same_key(const struct map *m, const unsigned char *a, const unsigned char *b)
{
	uint64_t x, y;

	for (size_t i = 0; i < m->key_bytes; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			return false;
	}
	return true;
}

/* The cell of 'key', or the empty one where it would be. */
static inline struct cell *
find(const struct map *m, const void *key, uint32_t hash)
{
	uint32_t at = hash & m->mask;

	for (; m->cell[at].slot != NONE; at = (at + 1) & m->mask)
		if (m->cell[at].hash == hash &&
		    same_key(m, key_at(m, m->cell[at].slot), key))
			break;
	return &m->cell[at];
}

/* Whether a slot with 'hash' in cell 'at' would be found if the cell 'hole'
 * before it were empty. */
static bool
may_stay(const struct map *m, uint32_t hash, uint32_t at, uint32_t hole)
{
	return ((at - hash) & m->mask) < ((at - hole) & m->mask);
}

/* Empty the cell of slot 'i'; those behind it that were pushed aside move up,
 * so that nothing hides behind the hole. */
static void
empty_cell(struct map *m, uint32_t i)
{
	uint32_t at = slot_at(m, i)->hash & m->mask, hole;

	while (m->cell[at].slot != i)
		at = (at + 1) & m->mask;
	hole = at;
	for (;;) {
		at = (at + 1) & m->mask;
		if (m->cell[at].slot == NONE)
			break;
		if (may_stay(m, m->cell[at].hash, at, hole))
			continue;
		m->cell[hole] = m->cell[at];
		hole = at;
	}
	m->cell[hole].slot = NONE;
}

static void
age_append(struct map *m, uint32_t i)
{
	struct slot *s = slot_at(m, i);

	s->older = m->youngest;
	s->younger = NONE;
	if (m->youngest == NONE)
		m->oldest = i;
	else
		slot_at(m, m->youngest)->younger = i;
	m->youngest = i;
}

static void
age_remove(struct map *m, uint32_t i)
{
	struct slot *s = slot_at(m, i);

	if (s->older == NONE)
		m->oldest = s->younger;
	else
		slot_at(m, s->older)->younger = s->younger;
	if (s->younger == NONE)
		m->youngest = s->older;
	else
		slot_at(m, s->younger)->older = s->older;
}

static void
remove_at(struct map *m, uint32_t i)
{
	empty_cell(m, i);
	age_remove(m, i);
	slot_at(m, i)->older = m->free;
	m->free = i;
	m->n--;
}

static void
evict_oldest(struct map *m)
{
	uint32_t i = m->oldest, next = slot_at(m, i)->younger;

	if (m->evict != NULL)
		m->evict(m->evict_arg, key_at(m, i), value_at(m, i));
	m->evicted++;
	remove_at(m, i);
	/* Where one is evicted the next one follows soon. */
	if (next != NONE)
		__builtin_prefetch(&m->cell[slot_at(m, next)->hash & m->mask]);
}

static uint32_t
take_slot(struct map *m)
{
	uint32_t i = m->free;

	if (i == NONE)
		return m->unused++;
	m->free = slot_at(m, i)->older;
	return i;
}

void
map_prefetch(const struct map *m, const void *key)
{
	__builtin_prefetch(&m->cell[hash_key(m, key) & m->mask]);
}

void
map_prefetch_removal(const struct map *m, const void *value)
{
	const struct slot *s = slot_at(m, index_of(m, value));

	__builtin_prefetch(&m->cell[s->hash & m->mask]);
	if (s->younger != NONE)
		__builtin_prefetch(slot_at(m, s->younger));
}

void *
map_get(const struct map *m, const void *key)
{
	uint32_t i = find(m, key, hash_key(m, key))->slot;

	return i == NONE ? NULL : value_at(m, i);
}

void *
map_put(struct map *m, const void *key, bool *is_new)
{
	uint32_t hash = hash_key(m, key), i;
	struct cell *cell = find(m, key, hash);

	*is_new = cell->slot == NONE;
	if (cell->slot != NONE)
		return value_at(m, cell->slot);
	if (m->n == m->max) {
		evict_oldest(m);
		cell = find(m, key, hash);
	} else if (2 * m->n > m->mask && m->mask < m->mask_max) {
		map_use_more_cells(m);
		cell = find(m, key, hash);
	}
	i = take_slot(m);
	memset(slot_at(m, i), 0, m->slot_bytes);
	memcpy(key_at(m, i), key, m->key_bytes);
	slot_at(m, i)->hash = hash;
	slot_at(m, i)->own = i;
	*cell = (struct cell){hash, i};
	age_append(m, i);
	m->n++;
	return value_at(m, i);
}

void
map_touch(struct map *m, void *value)
{
	uint32_t i = index_of(m, value);

	if (m->youngest == i)
		return;
	age_remove(m, i);
	age_append(m, i);
}

void
map_remove(struct map *m, void *value)
{
	remove_at(m, index_of(m, value));
}

const void *
map_key(const struct map *m, const void *value)
{
	return (const unsigned char *)value - m->key_bytes;
}

void *
map_oldest(const struct map *m)
{
	return m->oldest == NONE ? NULL : value_at(m, m->oldest);
}

void *
map_younger(const struct map *m, const void *value)
{
	uint32_t i = slot_at(m, index_of(m, value))->younger;

	return i == NONE ? NULL : value_at(m, i);
}

size_t
map_count(const struct map *m)
{
	return m->n;
}

uint64_t
map_evicted(const struct map *m)
{
	return m->evicted;
}
