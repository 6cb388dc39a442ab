/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/incident.h"

#include "aggregator/correlate/ident.h"
#include "aggregator/correlate/onset.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVIDENCE_FIRST 4 /* room to begin with */

struct open_incident {
	struct incident i;
	size_t room;	  /* for evidence */
	int64_t *last_ns; /* of each evidence, its alert's last time */
	int64_t first_suspect_ns;
};

struct incidents {
	const struct site *site;
	struct map *open;   /* primary address -> struct open_incident */
	struct map *onsets; /* primary address -> struct onset */
	uint64_t evicted;   /* incidents, before a restart */
};

/* --- the honeypot ----------------------------------------------------------
 */

static void
set_aliases(const struct site *site, struct incident *i)
{
	const struct honeypot *h = site_honeypot(site, &i->address);

	i->n_alias = 0;
	for (size_t k = 0; h != NULL && k < h->addresses.n; k++) {
		const struct net *n = &h->addresses.net[k];

		if (net_is_host(n) && !addr_eq(&n->a, &i->address) &&
		    i->n_alias < ALIASES_TEXT_MAX)
			i->alias[i->n_alias++] = n->a;
	}
}

static void
set_onset(struct incidents *s, struct open_incident *o)
{
	const struct onset *known = map_get(s->onsets, &o->i.address);
	int64_t t = o->first_suspect_ns, onset = TIME_NONE;

	if (known != NULL && t != TIME_NONE)
		onset = onset_earliest(known, t - ONSET_WINDOW_NS, t);
	/* Never later than before: what was known may be forgotten by now. */
	onset = span_earlier(onset, t);
	o->i.onset_ns = span_earlier(o->i.onset_ns, onset);
}

static void
open_incident(struct open_incident *o, const struct alert *a)
{
	char what[256], address[ADDR_TEXT_MAX];
	struct incident *i = &o->i;

	memcpy(i->honeynet, a->honeynet, sizeof(i->honeynet));
	memcpy(i->honeypot, a->honeypot, sizeof(i->honeypot));
	i->address = a->address;
	i->severity = SEVERITY_SUSPECT;
	snprintf(i->state, sizeof(i->state), "open");
	i->onset_ns = i->last_ns = o->first_suspect_ns = TIME_NONE;
	snprintf(what, sizeof(what), "incident\n%s\n%s\n", i->honeynet,
	    addr_format(&i->address, address));
	ident_make(what, a->first_ns, INCIDENT_WITHIN_NS, i->id);
}

/* --- evidence ---------------------------------------------------------------
 */

static int
make_room(struct open_incident *o)
{
	size_t room = o->room == 0 ? EVIDENCE_FIRST : 2 * o->room;
	struct evidence *list;
	int64_t *last;

	if (o->i.n_evidence < o->room)
		return 0;
	if (o->i.n_evidence == EVIDENCE_MAX)
		return -1;
	list = reallocarray(o->i.evidence, room, sizeof(*list));
	if (list != NULL)
		o->i.evidence = list;
	last = reallocarray(o->last_ns, room, sizeof(*last));
	if (last != NULL)
		o->last_ns = last;
	if (list == NULL || last == NULL)
		return -1;
	o->room = room;
	return 0;
}

static size_t
find_evidence(const struct incident *i, const char *alert)
{
	size_t k = 0;

	while (k < i->n_evidence && strcmp(i->evidence[k].alert, alert) != 0)
		k++;
	return k;
}

static int
compare(const struct evidence *a, const struct evidence *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	/* Without times the order of their coming is the order. */
	return a->time_ns == TIME_NONE ? 0 : strcmp(a->alert, b->alert);
}

/* Move 'k' to where its time belongs. */
static void
sort_in(struct open_incident *o, size_t k)
{
	struct evidence *list = o->i.evidence;

	for (; k > 0 && compare(&list[k - 1], &list[k]) > 0; k--) {
		struct evidence e = list[k];
		int64_t last = o->last_ns[k];

		list[k] = list[k - 1];
		o->last_ns[k] = o->last_ns[k - 1];
		list[k - 1] = e;
		o->last_ns[k - 1] = last;
	}
}

static void
put_evidence(struct open_incident *o, const struct alert *a)
{
	size_t k = find_evidence(&o->i, a->id);
	struct evidence *e;

	if (k == o->i.n_evidence) {
		if (make_room(o) == -1) {
			/* An alert that has its id was counted before. */
			if (strcmp(a->incident, o->i.id) != 0)
				o->i.evidence_left_out++;
			return;
		}
		o->i.n_evidence++;
	}
	e = &o->i.evidence[k];
	memset(e, 0, sizeof(*e));
	memcpy(e->kind, a->detector, sizeof(e->kind));
	memcpy(e->alert, a->id, sizeof(e->alert));
	memcpy(e->text, a->text, sizeof(e->text));
	e->time_ns = a->first_ns;
	e->has_peer = a->has_peer;
	e->peer = a->peer;
	e->port = a->port;
	e->count = a->count;
	o->last_ns[k] = a->last_ns;
	sort_in(o, k);
}

/* --- the verdict -------------------------------------------------------------
 */

/* With more than one peer at one of them, two of them differ. */
static bool
differ(const struct evidence *a, const struct evidence *b)
{
	return a->port != b->port || !a->has_peer || !b->has_peer ||
	       !addr_eq(&a->peer, &b->peer);
}

/*
 * Between two connections of an alert there are never more than its quiet 24
 * hours: what is near its whole span is near one of them.
 */
static bool
support(const struct open_incident *o, size_t a, size_t b)
{
	const struct evidence *x = &o->i.evidence[a], *y = &o->i.evidence[b];

	return strcmp(x->kind, y->kind) != 0 && differ(x, y) &&
	       span_ns(o->last_ns[a], y->time_ns) <= INCIDENT_WITHIN_NS &&
	       span_ns(o->last_ns[b], x->time_ns) <= INCIDENT_WITHIN_NS;
}

static bool
two_kinds(const struct open_incident *o, const char *alert)
{
	size_t k = find_evidence(&o->i, alert);

	for (size_t i = 0; k < o->i.n_evidence && i < o->i.n_evidence; i++)
		if (support(o, k, i))
			return true;
	return false;
}

const struct incident *
incidents_alert(struct incidents *s, struct alert *a, const char **op)
{
	struct open_incident *o;
	bool is_new;

	if (a->severity != SEVERITY_SUSPECT &&
	    a->severity != SEVERITY_COMPROMISED)
		return NULL;
	o = map_put(s->open, &a->address, &is_new);
	map_touch(s->open, o);
	if (is_new)
		open_incident(o, a);
	put_evidence(o, a);
	memcpy(a->incident, o->i.id, sizeof(a->incident));
	o->first_suspect_ns = span_earlier(o->first_suspect_ns, a->first_ns);
	o->i.last_ns = span_later(o->i.last_ns, a->last_ns);
	set_onset(s, o);
	if (a->severity == SEVERITY_COMPROMISED || two_kinds(o, a->id))
		o->i.severity = SEVERITY_COMPROMISED;
	set_aliases(s->site, &o->i);
	*op = is_new ? "open" : "update";
	return &o->i;
}

const struct incident *
incidents_connection(struct incidents *s, const struct connection *c)
{
	struct open_incident *o;
	int64_t onset;
	bool is_new;

	if (c->expected || c->relay ||
	    (c->direction != DIRECTION_OUT && c->direction != DIRECTION_WITHIN))
		return NULL;
	onset_put(map_put(s->onsets, &c->client.primary, &is_new), c->start_ns);
	map_touch(s->onsets, map_get(s->onsets, &c->client.primary));
	o = map_get(s->open, &c->client.primary);
	if (o == NULL)
		return NULL;
	onset = o->i.onset_ns;
	set_onset(s, o);
	return o->i.onset_ns != onset ? &o->i : NULL;
}

/* --- life
 * ---------------------------------------------------------------------- */

static void
fini(struct open_incident *o)
{
	incident_fini(&o->i);
	free(o->last_ns);
}

static void
evicted(void *arg, const void *key, void *value)
{
	(void)arg;
	(void)key;
	fini(value);
}

int
incidents_restore(
    struct incidents *s, const struct incident *i, const int64_t *last_ns)
{
	bool is_new;
	struct open_incident *o = map_put(s->open, &i->address, &is_new);
	size_t n = i->n_evidence < EVIDENCE_MAX ? i->n_evidence : EVIDENCE_MAX;

	if (!is_new)
		fini(o);
	*o = (struct open_incident){.i = *i, .room = n};
	o->i.n_evidence = n;
	o->i.evidence = calloc(n + 1, sizeof(*o->i.evidence));
	o->last_ns = calloc(n + 1, sizeof(*o->last_ns));
	if (o->i.evidence == NULL || o->last_ns == NULL) {
		fini(o);
		map_remove(s->open, o);
		return -1;
	}
	o->first_suspect_ns = TIME_NONE;
	for (size_t k = 0; k < n; k++) {
		o->i.evidence[k] = i->evidence[k];
		o->last_ns[k] = last_ns[k];
		o->first_suspect_ns =
		    span_earlier(o->first_suspect_ns, i->evidence[k].time_ns);
	}
	map_touch(s->open, o);
	return 0;
}

static void
save_one(const struct open_incident *o, struct wr *w)
{
	wr_bytes(w, &o->i, sizeof(o->i));
	wr_i64(w, o->first_suspect_ns);
	wr_bytes(w, o->i.evidence, o->i.n_evidence * sizeof(*o->i.evidence));
	wr_bytes(w, o->last_ns, o->i.n_evidence * sizeof(*o->last_ns));
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
	map_save(s->onsets, SIZE_MAX, w);
}

static int
load_one(struct incidents *s, struct rd *r)
{
	struct open_incident o = {.room = 0};
	size_t n;
	bool is_new;

	rd_copy(r, &o.i, sizeof(o.i));
	o.first_suspect_ns = rd_i64(r);
	n = o.i.n_evidence;
	o.i.evidence = NULL;
	if (r->bad || n > EVIDENCE_MAX)
		return -1;
	o.room = n;
	o.i.evidence = calloc(n + 1, sizeof(*o.i.evidence));
	o.last_ns = calloc(n + 1, sizeof(*o.last_ns));
	if (o.i.evidence == NULL || o.last_ns == NULL) {
		fini(&o);
		return -1;
	}
	rd_copy(r, o.i.evidence, n * sizeof(*o.i.evidence));
	rd_copy(r, o.last_ns, n * sizeof(*o.last_ns));
	*(struct open_incident *)map_put(s->open, &o.i.address, &is_new) = o;
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
	return map_load(s->onsets, r);
}

uint64_t
incidents_evicted(const struct incidents *s)
{
	return s->evicted + map_evicted(s->open) + map_evicted(s->onsets);
}

struct incidents *
incidents_new(const struct site *site, const struct incidents_sizes *sizes)
{
	struct incidents *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->site = site;
	s->open = map_new(sizeof(struct addr), sizeof(struct open_incident),
	    sizes->incidents);
	s->onsets =
	    map_new(sizeof(struct addr), sizeof(struct onset), sizes->onsets);
	if (s->open == NULL || s->onsets == NULL) {
		incidents_free(s);
		return NULL;
	}
	map_on_evict(s->open, evicted, NULL);
	return s;
}

void
incidents_free(struct incidents *s)
{
	if (s == NULL)
		return;
	if (s->open != NULL)
		for (struct open_incident *o = map_oldest(s->open); o != NULL;
		     o = map_younger(s->open, o))
			fini(o);
	map_free(s->open);
	map_free(s->onsets);
	free(s);
}
