/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/sliding_internal.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>

void
sliding_save(const struct sliding *w, struct wr *out)
{
	wr_u64(out, w->evicted);
	wr_i64(out, w->newest_ns);
	wr_i64(out, w->clock_ns);
	sensors_save(w->sensors, out);
	map_save(w->over, SIZE_MAX, out);
	wr_u32(out, (uint32_t)map_count(w->counting));
	for (const struct counting *k = map_oldest(w->counting); k != NULL;
	     k = map_younger(w->counting, k)) {
		wr_bytes(
		    out, map_key(w->counting, k), sizeof(struct sliding_key));
		wr_i64(out, k->over_ns);
		wr_i64(out, k->newest_ns);
		wr_i64(out, k->touched_ns);
		wr_u32(out, k->list.n);
		wr_bytes(out, k->list.e, k->list.n * sizeof(*k->list.e));
	}
}

static int
load_list(struct sliding_list *l, struct rd *r)
{
	uint32_t n = rd_u32(r);

	if (n > r->left / sizeof(*l->e))
		return -1;
	l->e = calloc(n + 1, sizeof(*l->e));
	if (l->e == NULL)
		return -1;
	l->room = n + 1;
	l->n = n;
	rd_copy(r, l->e, n * sizeof(*l->e));
	return r->bad ? -1 : 0;
}

static int
load_counting(struct sliding *w, struct rd *r)
{
	struct sliding_key key;
	struct counting *k;
	bool is_new;

	rd_copy(r, &key, sizeof(key));
	k = map_put(w->counting, &key, &is_new);
	k->over_ns = rd_i64(r);
	k->newest_ns = rd_i64(r);
	k->touched_ns = rd_i64(r);
	if (!is_new || load_list(&k->list, r) == -1)
		return -1;
	w->n_events += k->list.n;
	return 0;
}

int
sliding_load(struct sliding *w, struct rd *r)
{
	uint32_t n;

	w->evicted = rd_u64(r);
	w->newest_ns = rd_i64(r);
	w->clock_ns = rd_i64(r);
	if (sensors_load(w->sensors, r) == -1 || map_load(w->over, r) == -1)
		return -1;
	n = rd_u32(r);
	for (uint32_t i = 0; i < n; i++)
		if (load_counting(w, r) == -1)
			return -1;
	return 0;
}
