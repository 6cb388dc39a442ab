/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts.h"

#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* A key without holes. */
struct alert_key {
	const struct alert_sink *by;
	struct addr honeypot; /* primary */
	struct addr peer;     /* zeroes where all share an alert */
	uint64_t port;
};

/* Of whom an alert has counted a connection. */
struct peer_key {
	uint64_t alert; /* serial */
	struct addr peer;
};

struct open_alert {
	struct alert a;
	const struct alert_sink *by;
	uint64_t serial;
	uint64_t peers;	   /* counted here; a.peers may know of more */
	int64_t newest_ns; /* start of the connection that 'a' shows */
	bool was_told, pending;
	TAILQ_ENTRY(open_alert) entry; /* among the pending */
};

struct alerts {
	const struct site *site;
	struct alerts_sink sink;
	struct map *open;  /* struct alert_key -> struct open_alert */
	struct map *peers; /* struct peer_key, a set */
	TAILQ_HEAD(, open_alert) pending;
	uint64_t serials;
	uint64_t evicted; /* alerts, before a restart */
	alerts_sink_fn *sink_of;
	void *sink_of_arg;
};

/* --- telling ---------------------------------------------------------------
 */

static void
not_pending(struct alerts *s, struct open_alert *o)
{
	if (o->pending)
		TAILQ_REMOVE(&s->pending, o, entry);
	o->pending = false;
}

static void
tell(struct alerts *s, struct open_alert *o)
{
	bool update = o->was_told;

	o->was_told = true;
	not_pending(s, o);
	o->by->detector->text(o->by->self, &o->a, o->a.text);
	s->sink.changed(s->sink.arg, &o->a, update);
}

static void
tell_later(struct alerts *s, struct open_alert *o)
{
	if (!o->pending)
		TAILQ_INSERT_TAIL(&s->pending, o, entry);
	o->pending = true;
}

/* --- counting ---------------------------------------------------------------
 */

static void
count_peer(struct alerts *s, struct open_alert *o, const struct addr *peer)
{
	struct peer_key key = {o->serial, party_counted(peer)};
	bool is_new;

	map_touch(s->peers, map_put(s->peers, &key, &is_new));
	o->peers += is_new;
	if (o->peers > o->a.peers)
		o->a.peers = o->peers;
	if (o->by->detector->per_peer)
		return;
	/* One peer is shown; of its addresses in a /64 the lowest, so that
	 * their order does not matter. */
	if (o->a.peers == 1 &&
	    (!o->a.has_peer || addr_cmp(peer, &o->a.peer) < 0))
		o->a.peer = *peer;
	o->a.has_peer = o->a.peers == 1;
	if (!o->a.has_peer)
		memset(&o->a.peer, 0, sizeof(o->a.peer));
}

static void
count(struct alerts *s, struct open_alert *o, const struct finding *f)
{
	o->a.count++;
	if (f->peer != NULL)
		count_peer(s, o, f->peer);
	if (f->severity > o->a.severity)
		o->a.severity = f->severity;
	names_add(&o->a.honeypots, f->honeypot->name);
	alert_show(&o->a, &o->newest_ns, f->connection);
	alert_refine(&o->a, f->connection);
	tell_later(s, o);
}

/* --- opening -----------------------------------------------------------------
 */

static void
forget(struct alerts *s, struct open_alert *o)
{
	if (o->pending)
		tell(s, o);
}

static void
evicted(void *arg, const void *key, void *value)
{
	(void)key;
	forget(arg, value);
}

static struct alert_key
key_of(const struct alert_sink *by, const struct addr *honeypot,
    const struct addr *peer, uint16_t port)
{
	struct alert_key key = {
	    .by = by,
	    .honeypot = *honeypot,
	    .port = port,
	};

	if (by->detector->per_peer && peer != NULL)
		key.peer = party_counted(peer);
	return key;
}

static void
init(struct alerts *s, struct open_alert *o, const struct alert_sink *by,
    const struct alert_key *key, const struct finding *f)
{
	const struct honeynet *net =
	    site_honeynet(s->site, &f->honeypot->primary);
	struct alert *a = &o->a;

	memset(o, 0, sizeof(*o));
	o->by = by;
	o->serial = ++s->serials;
	o->newest_ns = TIME_NONE;
	a->severity = f->severity;
	a->address = f->honeypot->primary;
	a->port = f->port;
	a->first_ns = f->connection->start_ns;
	a->last_ns = f->connection->last_ns;
	snprintf(a->detector, sizeof(a->detector), "%s", by->detector->name);
	snprintf(a->honeypot, sizeof(a->honeypot), "%s", f->honeypot->name);
	if (net != NULL)
		snprintf(a->honeynet, sizeof(a->honeynet), "%s", net->name);
	if (by->detector->per_peer && f->peer != NULL) {
		a->has_peer = true;
		a->peer = *f->peer;
	}
	alert_set_id(
	    a, by->detector->per_peer ? &key->peer : NULL, by->quiet_ns);
}

void
alerts_raise(struct alert_sink *out, const struct finding *f)
{
	struct alerts *s = out->alerts;
	struct alert_key key =
	    key_of(out, &f->honeypot->primary, f->peer, f->port);
	struct open_alert *o = map_get(s->open, &key);
	bool fresh = o == NULL;

	if (f->event != CONNECTION_NEW) {
		if (o != NULL && alert_refine(&o->a, f->connection))
			tell_later(s, o);
		return;
	}
	if (fresh) {
		o = map_put(s->open, &key, &fresh);
	} else if (span_ns(o->a.last_ns, f->connection->start_ns) >
		   out->quiet_ns) {
		forget(s, o);
		fresh = true;
	}
	if (fresh)
		init(s, o, out, &key, f);
	map_touch(s->open, o);
	count(s, o, f);
}

void
alerts_restore(struct alert_sink *out, const struct alert *a)
{
	struct alerts *s = out->alerts;
	struct alert_key key =
	    key_of(out, &a->address, a->has_peer ? &a->peer : NULL, a->port);
	bool is_new;
	struct open_alert *o = map_put(s->open, &key, &is_new);

	not_pending(s, o);
	if (is_new)
		o->serial = ++s->serials;
	o->a = *a;
	o->by = out;
	o->newest_ns = a->last_ns;
	o->was_told = true;
	if (a->has_peer)
		count_peer(s, o, &a->peer);
	map_touch(s->open, o);
}

const struct alert *
alerts_get(const struct alert_sink *out, const struct addr *honeypot,
    const struct addr *peer, uint16_t port)
{
	const struct alert_key key = key_of(out, honeypot, peer, port);
	const struct open_alert *o = map_get(out->alerts->open, &key);

	return o == NULL ? NULL : &o->a;
}

void
alerts_flush(struct alerts *s)
{
	struct open_alert *o;

	while ((o = TAILQ_FIRST(&s->pending)) != NULL)
		tell(s, o);
}

uint64_t
alerts_evicted(const struct alerts *s)
{
	return s->evicted + map_evicted(s->open) + map_evicted(s->peers);
}

/* --- snapshots --------------------------------------------------------------
 */

void
alerts_on_load(struct alerts *s, alerts_sink_fn *sink, void *arg)
{
	s->sink_of = sink;
	s->sink_of_arg = arg;
}

void
alerts_save(const void *alerts, struct wr *w)
{
	const struct alerts *s = alerts;

	wr_u64(w, s->serials);
	wr_u64(w, s->evicted + map_evicted(s->open));
	wr_u32(w, (uint32_t)map_count(s->open));
	for (const struct open_alert *o = map_oldest(s->open); o != NULL;
	     o = map_younger(s->open, o)) {
		const struct alert_key *key = map_key(s->open, o);

		wr_bytes(w, &key->honeypot, sizeof(key->honeypot));
		wr_bytes(w, &key->peer, sizeof(key->peer));
		wr_u64(w, key->port);
		wr_bytes(w, &o->a, sizeof(o->a));
		wr_u64(w, o->serial);
		wr_u64(w, o->peers);
		wr_i64(w, o->newest_ns);
		wr_u8(w, o->was_told);
	}
	map_save(s->peers, SIZE_MAX, w);
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
	o.newest_ns = rd_i64(r);
	o.was_told = rd_u8(r) != 0;
	if (r->bad || memchr(o.a.detector, '\0', SITE_NAME_MAX) == NULL ||
	    o.a.honeypots.n > ALERT_NAMES_MAX ||
	    o.a.sensors.n > ALERT_NAMES_MAX)
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
	return map_load(s->peers, r);
}

struct alerts *
alerts_new(const struct site *site, const struct alerts_sizes *sizes,
    const struct alerts_sink *sink)
{
	struct alerts *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->site = site;
	s->sink = *sink;
	TAILQ_INIT(&s->pending);
	s->open = map_new(
	    sizeof(struct alert_key), sizeof(struct open_alert), sizes->alerts);
	s->peers = map_new(sizeof(struct peer_key), 0, sizes->peers);
	if (s->open == NULL || s->peers == NULL) {
		alerts_free(s);
		return NULL;
	}
	map_on_evict(s->open, evicted, s);
	return s;
}

void
alerts_free(struct alerts *s)
{
	if (s == NULL)
		return;
	map_free(s->open);
	map_free(s->peers);
	free(s);
}
