/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/map_internal.h"
#include "common/rd.h"
#include "common/wr.h"

#include <string.h>

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
