/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/incident_internal.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>

static void
save_one(const struct open_incident *o, struct wr *w)
{
	const struct incident *i = &o->i;

	wr_bytes(w, i, sizeof(*i));
	wr_bytes(w, i->evidence, i->n_evidence * sizeof(*i->evidence));
	wr_bytes(w, o->last_ns, i->n_evidence * sizeof(*o->last_ns));
	wr_bytes(w, i->episode, i->n_episode * sizeof(*i->episode));
	wr_i64(w, o->first_suspect_ns);
	wr_i64(w, o->clock_ns);
	wr_u64(w, o->order);
	wr_u32(w, o->stale);
	wr_u32(w, o->moved);
	wr_u8(w, o->late);
	wr_u8(w, o->changed);
	wr_u8(w, o->was_told);
}

void
incidents_save(const void *incidents, struct wr *w)
{
	const struct incidents *s = incidents;

	wr_u64(w, s->evicted + map_evicted(s->open));
	wr_u32(w, (uint32_t)map_count(s->open));
	for (const struct open_incident *o = map_oldest(s->open); o != NULL;
	     o = map_younger(s->open, o))
		save_one(o, w);
	map_save(s->activity, SIZE_MAX, w);
}

static int
load_lists(struct open_incident *o, struct rd *r)
{
	struct incident *i = &o->i;

	i->evidence = NULL;
	i->episode = NULL;
	if (r->bad || i->n_evidence > EVIDENCE_MAX ||
	    i->n_episode > EPISODES_MAX)
		return -1;
	o->room = i->n_evidence;
	i->evidence = calloc(i->n_evidence + 1, sizeof(*i->evidence));
	o->last_ns = calloc(i->n_evidence + 1, sizeof(*o->last_ns));
	i->episode = calloc(i->n_episode + 1, sizeof(*i->episode));
	if (i->evidence == NULL || o->last_ns == NULL || i->episode == NULL)
		return -1;
	rd_copy(r, i->evidence, i->n_evidence * sizeof(*i->evidence));
	rd_copy(r, o->last_ns, i->n_evidence * sizeof(*o->last_ns));
	rd_copy(r, i->episode, i->n_episode * sizeof(*i->episode));
	for (size_t k = 0; k < i->n_episode; k++)
		if (i->episode[k].n_vector > VECTORS_MAX)
			return -1;
	return 0;
}

static int
load_one(struct incidents *s, struct rd *r)
{
	struct open_incident o = {.room = 0}, *to;
	bool is_new;

	rd_copy(r, &o.i, sizeof(o.i));
	if (load_lists(&o, r) == -1) {
		incident_forget(&o);
		return -1;
	}
	o.first_suspect_ns = rd_i64(r);
	o.clock_ns = rd_i64(r);
	o.order = rd_u64(r);
	o.stale = rd_u32(r);
	o.moved = rd_u32(r);
	o.late = rd_u8(r) != 0;
	o.changed = rd_u8(r) != 0;
	o.was_told = rd_u8(r) != 0;
	to = map_put(s->open, &o.i.address, &is_new);
	if (!is_new)
		incident_forget(to);
	*to = o;
	if (o.changed || o.stale != 0)
		incident_touch(s, to, o.changed);
	return r->bad || !is_new ? -1 : 0;
}

int
incidents_load(void *incidents, struct rd *r)
{
	struct incidents *s = incidents;
	uint32_t n;

	s->evicted = rd_u64(r);
	n = rd_u32(r);
	for (uint32_t i = 0; i < n; i++)
		if (load_one(s, r) == -1)
			return -1;
	return map_load(s->activity, r);
}
