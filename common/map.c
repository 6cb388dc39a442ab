/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/map.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* Before each key; 16 bytes, so that keys and values are aligned to 8. */
struct slot {
	uint32_t next; /* in the bucket, or among the free */
	uint32_t older, younger;
	uint32_t hash;
};

struct map {
	size_t key_bytes, slot_bytes;
	unsigned char *slots;
	uint32_t *bucket;
	uint32_t mask; /* buckets minus 1 */
	uint32_t max, n;
	uint32_t touched; /* slots from here on were never used */
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
	size_t offset = (size_t)((const unsigned char *)value - m->slots);

	return (uint32_t)(offset / m->slot_bytes);
}

struct map *
map_new(size_t key_bytes, size_t value_bytes, uint32_t max)
{
	struct map *m = calloc(1, sizeof(*m));
	uint32_t buckets = 16;

	if (m == NULL)
		return NULL;
	while (buckets < max && buckets < UINT32_C(1) << 31)
		buckets *= 2;
	m->key_bytes = key_bytes;
	m->slot_bytes =
	    sizeof(struct slot) + key_bytes + ((value_bytes + 7) & ~(size_t)7);
	m->max = max;
	m->mask = buckets - 1;
	m->free = m->oldest = m->youngest = NONE;
	m->slots = calloc(max, m->slot_bytes);
	m->bucket = malloc(buckets * sizeof(*m->bucket));
	if (m->slots == NULL || m->bucket == NULL) {
		map_free(m);
		return NULL;
	}
	memset(m->bucket, 0xff, buckets * sizeof(*m->bucket));
	randombytes_buf(m->salt, sizeof(m->salt));
	return m;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	free(m->slots);
	free(m->bucket);
	free(m);
}

void
map_on_evict(struct map *m, map_evict_fn *fn, void *arg)
{
	m->evict = fn;
	m->evict_arg = arg;
}

static uint32_t
find(const struct map *m, const void *key, uint32_t hash)
{
	uint32_t i = m->bucket[hash & m->mask];

	for (; i != NONE; i = slot_at(m, i)->next)
		if (slot_at(m, i)->hash == hash &&
		    memcmp(key_at(m, i), key, m->key_bytes) == 0)
			return i;
	return NONE;
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
	uint32_t *link = &m->bucket[slot_at(m, i)->hash & m->mask];

	while (*link != i)
		link = &slot_at(m, *link)->next;
	*link = slot_at(m, i)->next;
	age_remove(m, i);
	slot_at(m, i)->next = m->free;
	m->free = i;
	m->n--;
}

static void
evict_oldest(struct map *m)
{
	uint32_t i = m->oldest;

	if (m->evict != NULL)
		m->evict(m->evict_arg, key_at(m, i), value_at(m, i));
	m->evicted++;
	remove_at(m, i);
}

static uint32_t
take_slot(struct map *m)
{
	uint32_t i = m->free;

	if (i == NONE)
		return m->touched++;
	m->free = slot_at(m, i)->next;
	return i;
}

void *
map_get(const struct map *m, const void *key)
{
	uint32_t i = find(m, key, hash_key(m, key));

	return i == NONE ? NULL : value_at(m, i);
}

void *
map_put(struct map *m, const void *key, bool *is_new)
{
	uint32_t hash = hash_key(m, key), i = find(m, key, hash);
	uint32_t *bucket = &m->bucket[hash & m->mask];

	*is_new = i == NONE;
	if (i != NONE)
		return value_at(m, i);
	if (m->n == m->max)
		evict_oldest(m);
	i = take_slot(m);
	memset(slot_at(m, i), 0, m->slot_bytes);
	memcpy(key_at(m, i), key, m->key_bytes);
	slot_at(m, i)->hash = hash;
	slot_at(m, i)->next = *bucket;
	*bucket = i;
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
