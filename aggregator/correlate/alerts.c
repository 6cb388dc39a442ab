/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts_internal.h"

#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Alerts that honeypots share, 1.7 kB each; honeypots that are suspect. */
#define SHARES_MAX 2048
#define SUSPECTS_MAX 4096

/* --- telling --- */

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
	o->urgent = false;
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

/* --- counting --- */

/* Returns whether 'what' is new to the alert. */
static bool
note(struct alerts *s, const struct open_alert *o, enum counted as,
    const struct addr *what)
{
	struct counted_key key = {o->serial, *what, as};
	bool is_new;

	map_touch(s->counted, map_put(s->counted, &key, &is_new));
	return is_new;
}

/* A honeypot is a peer by its address: many of them share a /64. */
static struct addr
counted(const struct alerts *s, const struct addr *peer)
{
	return site_honeynet(s->site, peer) != NULL ? *peer
						    : party_counted(peer);
}

/* Of the addresses of one peer, in a /64, the lowest is shown, so that their
 * order does not matter. */
static void
show_peer(struct alert *a, const struct addr *peer)
{
	if (!a->has_peer || addr_cmp(peer, &a->peer) < 0)
		a->peer = *peer;
	a->has_peer = true;
}

static void
count_peer(struct alerts *s, struct open_alert *o, const struct addr *peer)
{
	const struct addr as = counted(s, peer);

	o->peers += note(s, o, COUNTED_PEER, &as);
	if (o->peers > o->a.peers)
		o->a.peers = o->peers;
	if (o->a.peers == 1 || o->by->detector->per_peer) {
		show_peer(&o->a, peer);
	} else {
		o->a.has_peer = false;
		memset(&o->a.peer, 0, sizeof(o->a.peer));
	}
}

/* The note is that of the connection that is shown.  Returns whether it
 * changed. */
static bool
take_note(struct open_alert *o, const struct finding *f)
{
	const struct connection *c = f->connection;

	if (f->note == NULL || strcmp(f->note, o->a.note) == 0 ||
	    c->client_port != o->a.client_port ||
	    !addr_eq(&c->client.addr, &o->a.client) ||
	    !addr_eq(&c->server.addr, &o->a.server))
		return false;
	snprintf(o->a.note, sizeof(o->a.note), "%s", f->note);
	return true;
}

static bool
refine(struct open_alert *o, const struct finding *f)
{
	bool changed = alert_refine(&o->a, f->connection);

	changed =
	    alert_show(&o->a, &o->latest, f->connection, false) || changed;
	return take_note(o, f) || changed;
}

/* An incident may be waiting for it. */
static void
be_as_bad(struct alerts *s, struct open_alert *o, enum severity severity)
{
	if (severity > o->a.severity)
		o->a.severity = severity;
	o->urgent = o->a.severity == SEVERITY_SUSPECT ||
		    o->a.severity == SEVERITY_COMPROMISED;
	s->urgent |= o->urgent;
}

static void
count(struct alerts *s, struct open_alert *o, const struct finding *f)
{
	if (f->once == NULL)
		o->a.count++;
	else
		o->once += note(s, o, COUNTED_ONCE, f->once);
	if (o->once > o->a.count)
		o->a.count = o->once;
	if (f->peer != NULL)
		count_peer(s, o, f->peer);
	if (f->severity > o->a.severity || !o->was_told)
		be_as_bad(s, o, f->severity);
	if (o->by->detector->shared)
		share_put(s, o, f);
	else
		names_add(&o->a.honeypots, f->honeypot->name);
	alert_show(&o->a, &o->latest, f->connection, true);
	refine(o, f);
	tell_later(s, o);
}

/* --- opening --- */

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
	struct alert_key key = {.by = by, .port = port};

	if (!by->detector->shared)
		key.honeypot = *honeypot;
	if (by->detector->per_peer && peer != NULL)
		key.peer = counted(by->alerts, peer);
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
	o->known_ns = TIME_NONE;
	if (by->history != NULL)
		a->order = history_moment(by->history, f->connection).order;
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
	alert_set_id(a, by->detector->shared ? NULL : &a->address,
	    by->detector->per_peer ? &key->peer : NULL, by->quiet_ns);
}

/* Judged again after a restart, because it had waited before it. */
static bool
is_known(const struct open_alert *o, const struct finding *f)
{
	return f->waited && o->known_ns != TIME_NONE &&
	       span_near(
		   f->connection->start_ns, o->a.first_ns, o->known_ns, 0);
}

/* Returns whether there is an alert that it is of. */
static bool
raise_it(struct alert_sink *out, const struct finding *f)
{
	struct alerts *s = out->alerts;
	struct alert_key key =
	    key_of(out, &f->honeypot->primary, f->peer, f->port);
	struct open_alert *o = map_get(s->open, &key);
	bool fresh = o == NULL;

	if (f->event != CONNECTION_NEW || (o != NULL && is_known(o, f))) {
		if (o != NULL && refine(o, f))
			tell_later(s, o);
		return o != NULL;
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
	return true;
}

void
alerts_raise(struct alert_sink *out, const struct finding *f)
{
	struct finding own = *f;

	if (f->connection->relay && !out->detector->relay_too)
		own.severity = SEVERITY_NOTICE;
	if (f->suspect_ns == 0)
		own.suspect_ns = f->connection->start_ns;
	if (raise_it(out, &own))
		suspect_put(out->alerts, out->detector, own.severity,
		    &f->honeypot->primary, own.suspect_ns);
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
	o->known_ns = a->last_ns;
	alert_was_shown(a, a->last_ns, &o->latest);
	o->was_told = true;
	if (a->has_peer)
		count_peer(s, o, &a->peer);
	map_touch(s->open, o);
	suspect_put(s, out->detector, a->severity, &a->address, a->first_ns);
	suspect_put(s, out->detector, a->severity, &a->address, a->last_ns);
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
alerts_flush_urgent(struct alerts *s)
{
	struct open_alert *o = TAILQ_FIRST(&s->pending), *next;

	for (; s->urgent && o != NULL; o = next) {
		next = TAILQ_NEXT(o, entry);
		if (o->urgent)
			tell(s, o);
	}
	s->urgent = false;
}

void
alerts_flush(struct alerts *s)
{
	struct open_alert *o;

	s->urgent = false;
	while ((o = TAILQ_FIRST(&s->pending)) != NULL)
		tell(s, o);
}

uint64_t
alerts_evicted(const struct alerts *s)
{
	return s->evicted + map_evicted(s->open) + map_evicted(s->counted) +
	       map_evicted(s->shares) + map_evicted(s->suspects);
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
	s->counted = map_new(sizeof(struct counted_key), 0, sizes->peers);
	s->shares =
	    map_new(sizeof(uint64_t), sizeof(struct shares), SHARES_MAX);
	s->suspects = map_new(
	    sizeof(struct addr), sizeof(struct suspicion), SUSPECTS_MAX);
	if (s->open == NULL || s->counted == NULL || s->shares == NULL ||
	    s->suspects == NULL) {
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
	map_free(s->counted);
	map_free(s->shares);
	map_free(s->suspects);
	free(s);
}
