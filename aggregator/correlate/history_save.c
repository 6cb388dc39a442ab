/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/history_internal.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

/* The 'max' of map_save(): all. */
#define ALL SIZE_MAX

static void
save_group(const struct history *h, const struct group *g, struct wr *w)
{
	const struct door_key *door = map_key(h->doors, g->door);

	wr_bytes(w, map_key(h->groups, g), sizeof(struct group_key));
	wr_bytes(w, &door->honeypot, sizeof(door->honeypot));
	wr_bytes(w, &g->is, sizeof(g->is));
}

/* Who pushed out some of its own groups. */
static void
save_scanners(const struct history *h, struct wr *w)
{
	const struct peer *p = map_oldest(h->peers);
	uint32_t n = 0;

	for (; p != NULL; p = map_younger(h->peers, p))
		n += p->pushed_out > 0;
	wr_u32(w, n);
	for (p = map_oldest(h->peers); p != NULL;
	     p = map_younger(h->peers, p)) {
		if (p->pushed_out == 0)
			continue;
		wr_bytes(w, map_key(h->peers, p), sizeof(struct addr));
		wr_u64(w, p->pushed_out);
	}
}

void
history_save(const void *history, struct wr *w)
{
	const struct history *h = history;

	wr_u64(w, h->order);
	wr_u64(w, h->evicted);
	wr_u32(w, (uint32_t)map_count(h->groups));
	for (const struct group *g = map_oldest(h->groups); g != NULL;
	     g = map_younger(h->groups, g))
		save_group(h, g, w);
	save_scanners(h, w);
	map_save(h->calls, ALL, w);
}

static int64_t
first_of(const struct came *is)
{
	int64_t first = INT64_MAX;

	if (is->older.n > 0)
		first = is->older.timeless ? INT64_MIN : is->older.first_at;
	for (size_t i = 0; i < is->n_recent; i++)
		if (is->recent[i].timeless)
			first = INT64_MIN;
		else if (is->recent[i].at < first)
			first = is->recent[i].at;
	return first;
}

static int
load_group(struct history *h, struct rd *r)
{
	struct group_key key;
	struct addr honeypot;
	struct group *g;
	struct came is;

	rd_copy(r, &key, sizeof(key));
	rd_copy(r, &honeypot, sizeof(honeypot));
	rd_copy(r, &is, sizeof(is));
	if (r->bad || key.port > UINT16_MAX || is.n_recent > RECENT_MAX ||
	    map_get(h->groups, &key) != NULL)
		return -1;
	g = history_open_group(h, &key, &honeypot);
	g->is = is;
	history_weigh(g);
	history_born(g, first_of(&is));
	for (size_t i = is.n_recent; i > 0; i--)
		history_came(g, &is.recent[i - 1]);
	return 0;
}

static int
load_scanner(struct history *h, struct rd *r)
{
	struct addr peer;
	uint64_t pushed_out;
	struct peer *p;

	rd_copy(r, &peer, sizeof(peer));
	pushed_out = rd_u64(r);
	p = map_get(h->peers, &peer);
	if (r->bad || p == NULL)
		return -1;
	p->pushed_out = pushed_out;
	return 0;
}

int
history_load(void *history, struct rd *r)
{
	struct history *h = history;
	uint64_t order = rd_u64(r), evicted = rd_u64(r);
	uint32_t n = rd_u32(r);

	for (uint32_t i = 0; i < n; i++)
		if (load_group(h, r) == -1)
			return -1;
	history_place_all(h);
	n = rd_u32(r);
	for (uint32_t i = 0; i < n; i++)
		if (load_scanner(h, r) == -1)
			return -1;
	h->order = order;
	h->evicted = evicted;
	return map_load(h->calls, r);
}
