/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/incident.h"

#include "aggregator/correlate/ident.h"
#include "aggregator/correlate/incident_internal.h"
#include "aggregator/correlate/operator.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the honeypot --- */

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
open_incident(
    struct incidents *s, struct open_incident *o, const struct alert *a)
{
	char what[256 + ID_TEXT_MAX], address[ADDR_TEXT_MAX];
	struct incident *i = &o->i;

	memcpy(i->honeynet, a->honeynet, sizeof(i->honeynet));
	memcpy(i->honeypot, a->honeypot, sizeof(i->honeypot));
	i->address = a->address;
	i->severity = SEVERITY_SUSPECT;
	snprintf(i->state, sizeof(i->state), "open");
	i->onset_ns = i->last_ns = o->first_suspect_ns = TIME_NONE;
	o->clock_ns = TIME_NONE;
	o->order = a->order;
	snprintf(what, sizeof(what), "incident\n%s\n%s\n%s", i->honeynet,
	    addr_format(&i->address, address), i->handling.previous);
	ident_make(what, TIME_NONE, INCIDENT_WITHIN_NS, i->id);
	incident_take_handling(s, o);
}

static void not_pending(struct incidents *s, struct open_incident *o);
static void tell(struct incidents *s, struct open_incident *o);

/* What was closed stays as it is told; this is the one after it. */
static void
succeed(struct incidents *s, struct open_incident *o)
{
	struct incident i = o->i;

	if (o->changed)
		tell(s, o);
	not_pending(s, o);
	incident_forget(o);
	operator_succeed(&i);
	*o = (struct open_incident){.i = i};
}

/* --- telling --- */

void
incident_touch(struct incidents *s, struct open_incident *o, bool changed)
{
	o->changed |= changed;
	if (!o->pending)
		TAILQ_INSERT_TAIL(&s->pending, o, entry);
	o->pending = true;
}

static void
not_pending(struct incidents *s, struct open_incident *o)
{
	if (o->pending)
		TAILQ_REMOVE(&s->pending, o, entry);
	o->pending = false;
}

static void
tell(struct incidents *s, struct open_incident *o)
{
	const char *op = o->was_told ? "update" : "open";

	o->changed = false;
	o->was_told = true;
	s->env.changed(s->env.arg, &o->i, op);
}

void
incidents_flush(struct incidents *s, bool late)
{
	struct open_incident *next, *o = TAILQ_FIRST(&s->pending);

	for (; o != NULL; o = next) {
		next = TAILQ_NEXT(o, entry);
		if (o->stale != 0 && (late || !o->late))
			incident_find_vectors(s, o);
		if (o->stale == 0)
			not_pending(s, o);
		if (o->changed)
			tell(s, o);
	}
}

/* --- news --- */

void
incidents_alert(struct incidents *s, struct alert *a)
{
	struct open_incident *o;
	int64_t known_ns;
	bool is_new;

	if (a->severity != SEVERITY_SUSPECT &&
	    a->severity != SEVERITY_COMPROMISED)
		return;
	o = map_put(s->open, &a->address, &is_new);
	map_touch(s->open, o);
	if (is_new)
		open_incident(s, o, a);
	while (operator_is_over(&o->i, a)) {
		succeed(s, o);
		open_incident(s, o, a);
	}
	is_new = incident_put_evidence(o, a, &known_ns);
	memcpy(a->incident, o->i.id, sizeof(a->incident));
	o->first_suspect_ns = span_earlier(
	    o->first_suspect_ns, operator_since(&o->i, a->first_ns));
	o->i.last_ns = span_later(o->i.last_ns, a->last_ns);
	incident_set_onset(s, o);
	if (!incident_is_of_visitor(a->detector))
		incident_lasted(o, a->last_ns);
	incident_marked(o, a, is_new, known_ns);
	if (a->severity == SEVERITY_COMPROMISED || incident_two_kinds(o, a->id))
		o->i.severity = SEVERITY_COMPROMISED;
	set_aliases(s->env.site, &o->i);
	incident_touch(s, o, true);
}

/* From a honeypot, and nobody explained it: it began, or more is known of it.
 */
static void
went_out(struct incidents *s, const struct connection *c)
{
	const struct addr *primary = &c->client.primary;
	bool is_new;
	struct activity *a = map_put(s->activity, primary, &is_new);
	int64_t before;
	struct open_incident *o = map_get(s->open, primary);

	if (is_new)
		a->last_ns = TIME_NONE;
	before = a->last_ns;
	onset_put(&a->onset, c->start_ns);
	onset_put(&a->onset, c->last_ns);
	a->last_ns = span_later(a->last_ns, c->last_ns);
	map_touch(s->activity, a);
	if (o == NULL)
		return;
	o->clock_ns = span_later(o->clock_ns, c->start_ns);
	incident_set_onset(s, o);
	incident_went_out(s, o, c, before);
}

static bool
tells_times(enum connection_event event)
{
	return event == CONNECTION_NEW || event == CONNECTION_ATTEMPT ||
	       event == CONNECTION_WITNESS || event == CONNECTION_DETAIL;
}

void
incidents_connection(struct incidents *s, const struct connection *c,
    enum connection_event event)
{
	bool out = c->direction == DIRECTION_OUT;
	bool within = c->direction == DIRECTION_WITHIN;
	struct open_incident *o;

	if (c->expected)
		return;
	if (tells_times(event) && !c->relay && (out || within))
		went_out(s, c);
	if (map_count(s->open) == 0 ||
	    (c->direction != DIRECTION_IN && !within))
		return;
	o = map_get(s->open, &c->server.primary);
	if (o == NULL)
		return;
	o->clock_ns = span_later(o->clock_ns, c->start_ns);
	incident_came_in(s, o, c, event);
}

const struct incident *
incidents_get(const struct incidents *s, const struct addr *primary)
{
	const struct open_incident *o = map_get(s->open, primary);

	return o == NULL ? NULL : &o->i;
}

/* --- life --- */

void
incident_forget(struct open_incident *o)
{
	incident_fini(&o->i);
	free(o->last_ns);
}

static void
evicted(void *arg, const void *key, void *value)
{
	struct open_incident *o = value;

	(void)key;
	if (o->changed)
		tell(arg, o);
	not_pending(arg, o);
	incident_forget(o);
}

static int
restore(struct open_incident *o, const struct incident *i, const int64_t *last)
{
	struct incident part = *i;

	if (part.n_evidence > EVIDENCE_MAX)
		part.n_evidence = EVIDENCE_MAX;
	if (part.n_episode > EPISODES_MAX)
		part.n_episode = EPISODES_MAX;
	*o = (struct open_incident){.room = part.n_evidence, .was_told = true};
	o->last_ns = calloc(part.n_evidence + 1, sizeof(*o->last_ns));
	if (o->last_ns == NULL || incident_copy(&o->i, &part) == -1)
		return -1;
	o->first_suspect_ns = o->clock_ns = TIME_NONE;
	for (size_t k = 0; k < part.n_evidence; k++) {
		o->last_ns[k] = last[k];
		o->first_suspect_ns =
		    span_earlier(o->first_suspect_ns, part.evidence[k].time_ns);
	}
	return 0;
}

int
incidents_restore(
    struct incidents *s, const struct incident *i, const int64_t *last_ns)
{
	bool is_new;
	struct open_incident *o = map_put(s->open, &i->address, &is_new);

	if (!is_new) {
		not_pending(s, o);
		incident_forget(o);
	}
	if (restore(o, i, last_ns) == -1) {
		free(o->last_ns);
		map_remove(s->open, o);
		return -1;
	}
	map_touch(s->open, o);
	return 0;
}

uint64_t
incidents_evicted(const struct incidents *s)
{
	return s->evicted + map_evicted(s->open) + map_evicted(s->activity);
}

struct incidents *
incidents_new(
    const struct incidents_env *env, const struct incidents_sizes *sizes)
{
	struct incidents *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->env = *env;
	TAILQ_INIT(&s->pending);
	s->open = map_new(sizeof(struct addr), sizeof(struct open_incident),
	    sizes->incidents);
	s->activity = map_new(
	    sizeof(struct addr), sizeof(struct activity), sizes->onsets);
	s->handled = incident_handled_new(sizes->incidents);
	if (s->open == NULL || s->activity == NULL || s->handled == NULL) {
		incidents_free(s);
		return NULL;
	}
	map_on_evict(s->open, evicted, s);
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
			incident_forget(o);
	map_free(s->open);
	map_free(s->activity);
	map_free(s->handled);
	free(s);
}
