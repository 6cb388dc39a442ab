/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/map.h"

#include "common/rd.h"
#include "common/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NONE 0 /* slots are numbered from 1 */

/* Before each key; 16 bytes, so that keys and values are aligned to 8. */
struct slot {
	uint32_t older, younger; /* older: the next one, while it is free */
	uint32_t hash;
	uint32_t zero;
};

/*
 * Where slots are found: at their hash, or behind it up to an empty cell.
 * Half of the cells at least are empty, and the hash is beside the number, so
 * that a look at one cache line is mostly enough.
 */
struct cell {
	uint32_t hash;
	uint32_t slot; /* NONE: empty */
};

struct map {
	size_t key_bytes, slot_bytes;
	unsigned char *slots;
	struct cell *cell;
	uint32_t mask; /* cells minus 1 */
	uint32_t max, n;
	uint32_t unused; /* slots from here on were never used */
	uint32_t free, oldest, youngest;
	uint64_t salt[4];
	uint64_t evicted;
	map_evict_fn *evict;
	void *evict_arg;
};

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

static inline uint32_t
index_of(const struct map *m, const void *value)
{
	const unsigned char *slot =
	    (const unsigned char *)value - m->key_bytes - sizeof(struct slot);

	return (uint32_t)((size_t)(slot - m->slots) / m->slot_bytes);
}

struct map *
map_new(size_t key_bytes, size_t value_bytes, uint32_t max)
{
	struct map *m = calloc(1, sizeof(*m));
	size_t cells = 16;

	if (m == NULL)
		return NULL;
	while (cells < 2 * (size_t)max)
		cells *= 2;
	m->key_bytes = key_bytes;
	m->slot_bytes =
	    sizeof(struct slot) + key_bytes + ((value_bytes + 7) & ~(size_t)7);
	m->max = max;
	m->mask = (uint32_t)(cells - 1);
	m->unused = 1;
	m->slots = calloc((size_t)max + 1, m->slot_bytes);
	m->cell = calloc(cells, sizeof(*m->cell));
	if (m->slots == NULL || m->cell == NULL) {
		map_free(m);
		return NULL;
	}
	randombytes_buf(m->salt, sizeof(m->salt));
	return m;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	free(m->slots);
	free(m->cell);
	free(m);
}

void
map_on_evict(struct map *m, map_evict_fn *fn, void *arg)
{
	m->evict = fn;
	m->evict_arg = arg;
}

/* The cell of 'key', or the empty one where it would be. */
static struct cell *
find(const struct map *m, const void *key, uint32_t hash)
{
	uint32_t at = hash & m->mask;

	for (; m->cell[at].slot != NONE; at = (at + 1) & m->mask)
		if (m->cell[at].hash == hash &&
		    memcmp(key_at(m, m->cell[at].slot), key, m->key_bytes) == 0)
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
	}
	i = take_slot(m);
	memset(slot_at(m, i), 0, m->slot_bytes);
	memcpy(key_at(m, i), key, m->key_bytes);
	slot_at(m, i)->hash = hash;
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
	return key_at(m, index_of(m, value));
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

static size_t
value_bytes(const struct map *m)
{
	return m->slot_bytes - m->key_bytes - sizeof(struct slot);
}

void
map_save(const struct map *m, size_t max, struct wr *w)
{
	size_t skip = m->n > max ? m->n - max : 0;
	uint32_t i = m->oldest;

	wr_u32(w, (uint32_t)m->key_bytes);
	wr_u32(w, (uint32_t)value_bytes(m));
	wr_u64(w, m->evicted);
	wr_u32(w, (uint32_t)(m->n - skip));
	for (; skip > 0; skip--)
		i = slot_at(m, i)->younger;
	for (; i != NONE; i = slot_at(m, i)->younger)
		wr_bytes(w, key_at(m, i), m->key_bytes + value_bytes(m));
}

int
map_load(struct map *m, struct rd *r)
{
	bool shape = rd_u32(r) == m->key_bytes && rd_u32(r) == value_bytes(m);
	uint64_t evicted = rd_u64(r);
	uint32_t n = rd_u32(r);

	for (uint32_t i = 0; shape && i < n; i++) {
		const uint8_t *key = rd_bytes(r, m->key_bytes);
		const uint8_t *value = rd_bytes(r, value_bytes(m));
		bool is_new;

		if (value == NULL)
			return -1;
		memcpy(map_put(m, key, &is_new), value, value_bytes(m));
	}
	m->evicted = evicted;
	return shape && !r->bad ? 0 : -1;
}
