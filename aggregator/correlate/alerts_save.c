/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts_internal.h"
#include "aggregator/correlate/detect.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <string.h>

void
alerts_on_load(struct alerts *s, alerts_sink_fn *sink, void *arg)
{
	s->sink_of = sink;
	s->sink_of_arg = arg;
}

static void
save_one(const struct alerts *s, const struct open_alert *o, struct wr *w)
{
	const struct alert_key *key = map_key(s->open, o);

	wr_bytes(w, &key->honeypot, sizeof(key->honeypot));
	wr_bytes(w, &key->peer, sizeof(key->peer));
	wr_u64(w, key->port);
	wr_bytes(w, &o->a, sizeof(o->a));
	wr_u64(w, o->serial);
	wr_u64(w, o->peers);
	wr_u64(w, o->once);
	wr_bytes(w, &o->latest, sizeof(o->latest));
	wr_i64(w, o->known_ns);
	wr_u8(w, o->was_told);
}

void
alerts_save(const void *alerts, struct wr *w)
{
	const struct alerts *s = alerts;

	wr_u64(w, s->serials);
	wr_u64(w, s->evicted + map_evicted(s->open));
	wr_u32(w, (uint32_t)map_count(s->open));
	for (const struct open_alert *o = map_oldest(s->open); o != NULL;
	     o = map_younger(s->open, o))
		save_one(s, o, w);
	map_save(s->counted, SIZE_MAX, w);
	map_save(s->shares, SIZE_MAX, w);
	map_save(s->suspects, SIZE_MAX, w);
}

static bool
is_sound(const struct alert *a)
{
	return memchr(a->detector, '\0', sizeof(a->detector)) != NULL &&
	       a->honeypots.n <= ALERT_NAMES_MAX &&
	       a->sensors.n <= ALERT_NAMES_MAX;
}

static int
load_one(struct alerts *s, struct rd *r)
{
	struct alert_key key = {.by = NULL};
	struct open_alert o = {.by = NULL}, *to;
	bool is_new;

	rd_copy(r, &key.honeypot, sizeof(key.honeypot));
	rd_copy(r, &key.peer, sizeof(key.peer));
	key.port = rd_u64(r);
	rd_copy(r, &o.a, sizeof(o.a));
	o.serial = rd_u64(r);
	o.peers = rd_u64(r);
	o.once = rd_u64(r);
	rd_copy(r, &o.latest, sizeof(o.latest));
	o.known_ns = rd_i64(r);
	o.was_told = rd_u8(r) != 0;
	if (r->bad || !is_sound(&o.a) || o.latest.n > 2)
		return -1;
	key.by = s->sink_of(s->sink_of_arg, o.a.detector);
	if (key.by == NULL)
		return 0; /* nothing will ever change it */
	o.by = key.by;
	to = map_put(s->open, &key, &is_new);
	*to = o;
	return is_new ? 0 : -1;
}

int
alerts_load(void *alerts, struct rd *r)
{
	struct alerts *s = alerts;
	uint32_t n;

	s->serials = rd_u64(r);
	s->evicted = rd_u64(r);
	n = rd_u32(r);
	for (uint32_t i = 0; i < n; i++)
		if (load_one(s, r) == -1)
			return -1;
	if (map_load(s->counted, r) == -1 || map_load(s->shares, r) == -1)
		return -1;
	return map_load(s->suspects, r);
}
