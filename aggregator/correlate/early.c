/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/early.h"

#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>

struct waiting {
	int64_t time_ns, since_ns;
	unsigned int kinds;
};

struct early {
	struct map *map;
	uint64_t given_up;
};

struct early *
early_new(uint32_t max)
{
	struct early *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->map = map_new(sizeof(struct tuple), sizeof(struct waiting), max);
	if (e->map == NULL) {
		early_free(e);
		return NULL;
	}
	return e;
}

void
early_free(struct early *e)
{
	if (e == NULL)
		return;
	map_free(e->map);
	free(e);
}

void
early_put(struct early *e, const struct tuple *t, enum reply kind,
    int64_t time_ns, int64_t clock_ns)
{
	bool is_new;
	struct waiting *w = map_put(e->map, t, &is_new);

	if (is_new) {
		w->time_ns = time_ns;
		w->since_ns = clock_ns;
	}
	w->kinds |= kind;
}

unsigned int
early_take(struct early *e, const struct tuple *t, int64_t time_ns)
{
	struct waiting *w;
	unsigned int kinds;

	if (map_count(e->map) == 0 || (w = map_get(e->map, t)) == NULL ||
	    !span_near(w->time_ns, time_ns, time_ns, REPLY_WAIT_NS))
		return 0;
	kinds = w->kinds;
	map_remove(e->map, w);
	return kinds;
}

void
early_advance(struct early *e, int64_t clock_ns)
{
	struct waiting *w;

	while ((w = map_oldest(e->map)) != NULL) {
		if (w->since_ns == TIME_NONE) {
			w->since_ns = clock_ns;
			map_touch(e->map, w);
			continue;
		}
		if (span_ns(w->since_ns, clock_ns) <= REPLY_WAIT_NS)
			return;
		map_remove(e->map, w);
		e->given_up++;
	}
}

void
early_finish(struct early *e)
{
	struct waiting *w;

	while ((w = map_oldest(e->map)) != NULL) {
		map_remove(e->map, w);
		e->given_up++;
	}
}

uint64_t
early_backscatter(const struct early *e)
{
	return e->given_up + map_evicted(e->map);
}

uint64_t
early_evicted(const struct early *e)
{
	return map_evicted(e->map);
}

void
early_save(const struct early *e, struct wr *w)
{
	wr_u64(w, e->given_up);
	map_save(e->map, SIZE_MAX, w);
}

int
early_load(struct early *e, struct rd *r)
{
	e->given_up = rd_u64(r);
	return map_load(e->map, r);
}
