/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/pipeline.h"

#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/covered.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/fold.h"
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/hold.h"
#include "aggregator/correlate/incident.h"
#include "aggregator/correlate/missing.h"
#include "aggregator/correlate/vector.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct pipeline {
	struct pipeline_sink sink;
	struct fold *fold;
	struct history *history;
	struct covered *covered;
	struct hold *hold;
	struct alerts *alerts;
	struct detect *detect;
	struct incidents *incidents;
	struct missing *missing;
	struct pipeline_counts counts;
	bool muted;
};

static void
on_incident(void *arg, const struct incident *i, const char *op)
{
	struct pipeline *p = arg;

	if (!p->muted && p->sink.incident != NULL)
		p->sink.incident(p->sink.arg, i, op);
}

/* It is evidence of each of them, at that one's own time.  The alert names
 * the incident of the first. */
static void
share_evidence(struct pipeline *p, struct alert *a,
    const struct alert_share *share, size_t n)
{
	*a->incident = '\0';
	for (size_t k = 0; k < n; k++) {
		struct alert own = *a;

		own.address = share[k].address;
		own.severity = share[k].severity;
		own.first_ns = share[k].first_ns;
		own.last_ns = share[k].last_ns;
		memcpy(own.honeypot, share[k].honeypot, sizeof(own.honeypot));
		*own.incident = '\0';
		incidents_alert(p->incidents, &own);
		if (*a->incident == '\0')
			memcpy(a->incident, own.incident, sizeof(a->incident));
	}
}

static void
on_alert(void *arg, struct alert *a, bool update)
{
	struct pipeline *p = arg;
	const struct alert_share *share;
	size_t n;

	share = alerts_shares(p->alerts, a, &n);
	if (n > 0)
		share_evidence(p, a, share, n);
	else
		incidents_alert(p->incidents, a);
	if (!p->muted && p->sink.alert != NULL)
		p->sink.alert(p->sink.arg, a, update);
}

static void
judge(void *arg, const struct connection *c, enum connection_event event)
{
	struct pipeline *p = arg;

	/* An incident must be there before what comes later than its cause,
	 * however many records are put at once. */
	if (event == CONNECTION_NEW && detect_passed(p->detect, c->start_ns))
		alerts_flush_urgent(p->alerts);
	incidents_connection(p->incidents, c, event);
	detect_connection(p->detect, c, event);
}

/* The history first: whoever looks at a connection may ask about it. */
static void
on_connection(
    void *arg, const struct connection *c, enum connection_event event)
{
	struct pipeline *p = arg;

	if (event == CONNECTION_NEW) {
		covered_see(p->covered, c->start_ns);
		missing_connection(p->missing, c);
	}
	history_put(p->history, c, event);
	if (!hold_connection(p->hold, c, event))
		judge(p, c, event);
	if (event == CONNECTION_END && !p->muted && p->sink.connection != NULL)
		p->sink.connection(p->sink.arg, c);
}

static void
on_ahead(void *arg, const struct tuple *t)
{
	history_prefetch(((const struct pipeline *)arg)->history, t);
}

static int
open_memory(struct pipeline *p, const struct site *site)
{
	const struct alerts_sink alerts_sink = {p, on_alert};
	const struct hold_sink hold_sink = {p, judge};
	struct incidents_env env = {
	    .site = site, .arg = p, .changed = on_incident};

	p->alerts = alerts_new(site, &ALERTS_SIZES, &alerts_sink);
	p->history = history_new(site, &HISTORY_SIZES);
	p->covered = covered_new(site);
	p->missing = missing_new(site, &alerts_sink);
	p->hold = hold_new(site, &hold_sink);
	env.history = p->history;
	env.covered = p->covered;
	p->incidents = incidents_new(&env, &INCIDENTS_SIZES);
	return p->alerts != NULL && p->history != NULL && p->covered != NULL &&
		       p->hold != NULL && p->incidents != NULL &&
		       p->missing != NULL
		   ? 0
		   : -1;
}

static int
open_parts(struct pipeline *p, const struct site *site, struct err *e)
{
	struct fold_sink fold_sink = {p, 0, on_connection, on_ahead};

	if (open_memory(p, site) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	p->detect = detect_new(site, p->alerts, p->history, e);
	if (p->detect == NULL)
		return -1;
	fold_sink.events = detect_events() | HISTORY_EVENTS | INCIDENTS_EVENTS;
	p->fold = fold_new(site, &FOLD_SIZES, &fold_sink);
	return p->fold != NULL ? 0 : err_set(e, EX_OSERR, "out of memory");
}

struct pipeline *
pipeline_new(
    const struct site *site, const struct pipeline_sink *sink, struct err *e)
{
	struct pipeline *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	p->sink = *sink;
	if (open_parts(p, site, e) == -1) {
		pipeline_free(p);
		return NULL;
	}
	return p;
}

void
pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	fold_free(p->fold);
	hold_free(p->hold);
	detect_free(p->detect);
	alerts_free(p->alerts);
	incidents_free(p->incidents);
	history_free(p->history);
	covered_free(p->covered);
	missing_free(p->missing);
	free(p);
}

/* late: tell also of what only came in late. */
static void
settle(struct pipeline *p, bool late)
{
	const struct fold_counts n = fold_counts(p->fold);

	alerts_flush(p->alerts);
	incidents_flush(p->incidents, late);
	p->counts = (struct pipeline_counts){
	    .records = n.records,
	    .connections = n.connections,
	    .retransmissions = n.retransmissions,
	    .witnesses = n.witnesses,
	    .same_packet = n.same_packet,
	    .answers = n.answers,
	    .refusals = n.refusals,
	    .backscatter = n.backscatter,
	    .own = n.own,
	    .stray = n.stray,
	    .expected = n.expected,
	    .evicted = n.evicted + alerts_evicted(p->alerts) +
		       incidents_evicted(p->incidents) +
		       history_evicted(p->history) + detect_evicted(p->detect),
	};
}

void
pipeline_put(struct pipeline *p, const char *sensor, const struct batch *b)
{
	fold_put(p->fold, sensor, b);
	settle(p, false);
}

void
pipeline_advance(struct pipeline *p, int64_t now_ns)
{
	fold_advance(p->fold, now_ns);
	hold_tick(p->hold, now_ns);
	detect_tick(p->detect, now_ns);
	missing_advance(p->missing, now_ns);
	settle(p, true);
}

void
pipeline_finish(struct pipeline *p)
{
	fold_finish(p->fold);
	hold_tick(p->hold, INT64_MAX);
	detect_tick(p->detect, INT64_MAX);
	missing_finish(p->missing);
	settle(p, true);
}

void
pipeline_covered(struct pipeline *p, const char *sensor, int64_t since_ns)
{
	covered_since(p->covered, sensor, since_ns);
}

void
pipeline_mute(struct pipeline *p, bool on)
{
	p->muted = on;
}

int
pipeline_restore_alert(struct pipeline *p, const struct alert *a)
{
	struct alert_sink *out = detect_sink(p->detect, a->detector);

	/* One of a detector that this version does not have, or none of ours:
	 * nothing will ever change it. */
	if (out != NULL)
		alerts_restore(out, a);
	else
		missing_restore_alert(p->missing, a);
	return 0;
}

int
pipeline_restore_expectation(
    struct pipeline *p, const struct expectation_state *s)
{
	missing_restore(p->missing, s);
	return 0;
}

bool
pipeline_expectation(
    const struct pipeline *p, size_t i, struct expectation_state *out)
{
	return missing_get(p->missing, i, out);
}

void
pipeline_handle(struct pipeline *p, const struct incident *i)
{
	incidents_handle(p->incidents, i);
	if (i->handling.previous_closed_ns != 0)
		alerts_unsuspect(
		    p->alerts, &i->address, i->handling.previous_closed_ns);
	if (i->handling.closed_ns != 0)
		alerts_unsuspect(p->alerts, &i->address, i->handling.closed_ns);
}

bool
pipeline_is_muted(const struct pipeline *p, const struct alert *a)
{
	const struct incident *i = incidents_get(p->incidents, &a->address);

	return i != NULL && strcmp(i->id, a->incident) == 0 &&
	       i->handling.muted_until_ns != 0;
}

/* The last time of the alert that 'x' stands for; its first, if it is closed
 * or never was ours. */
static int64_t
last_of(struct pipeline *p, const struct incident *i, const struct evidence *x)
{
	const struct alert_sink *out = detect_sink(p->detect, x->kind);
	const struct alert *a =
	    out == NULL ? NULL
			: alerts_get(out, &i->address,
			      x->has_peer ? &x->peer : NULL, x->port);

	return a != NULL && strcmp(a->id, x->alert) == 0 ? a->last_ns
							 : x->time_ns;
}

int
pipeline_restore_incident(struct pipeline *p, const struct incident *i)
{
	int64_t *last = calloc(i->n_evidence + 1, sizeof(*last));
	int rc;

	if (last == NULL)
		return -1;
	for (size_t k = 0; k < i->n_evidence; k++)
		last[k] = last_of(p, i, &i->evidence[k]);
	rc = incidents_restore(p->incidents, i, last);
	free(last);
	return rc;
}

/* --- snapshots --------------------------------------------------------------
 */

#define OWN_PARTS 7

/* In the order in which they are loaded: alerts know of detectors. */
static size_t
parts(
    const struct pipeline *p, struct snapshot_part out[static DETECT_PARTS_MAX])
{
	out[0] = (struct snapshot_part){
	    "fold", FOLD_VERSION, p->fold, fold_save, fold_load};
	out[1] = (struct snapshot_part){
	    "alerts", ALERTS_VERSION, p->alerts, alerts_save, alerts_load};
	out[2] = (struct snapshot_part){"incidents", INCIDENTS_VERSION,
	    p->incidents, incidents_save, incidents_load};
	out[3] = (struct snapshot_part){
	    "hold", HOLD_VERSION, p->hold, hold_save, hold_load};
	out[4] = (struct snapshot_part){
	    "history", HISTORY_VERSION, p->history, history_save, history_load};
	out[5] = (struct snapshot_part){
	    "covered", COVERED_VERSION, p->covered, covered_save, covered_load};
	out[6] = (struct snapshot_part){
	    "missing", MISSING_VERSION, p->missing, missing_save, missing_load};
	return OWN_PARTS + detect_parts(p->detect, out + OWN_PARTS);
}

int
pipeline_snapshot(
    const struct pipeline *p, snapshot_put_fn *put, void *arg, struct err *e)
{
	struct snapshot_part part[OWN_PARTS + DETECT_PARTS_MAX];

	return snapshot_save(part, parts(p, part), put, arg, e);
}

int
pipeline_resume(
    struct pipeline *p, snapshot_get_fn *get, void *arg, struct err *e)
{
	struct snapshot_part part[OWN_PARTS + DETECT_PARTS_MAX];

	if (snapshot_load(part, parts(p, part), get, arg, e) == -1)
		return -1;
	settle(p, false);
	return 0;
}

int
pipeline_vectors(const struct pipeline *p, const struct addr *honeypot,
    int64_t at_ns, struct vector **out, size_t *n)
{
	const struct vector_query q = {
	    .history = p->history,
	    .honeypot = *honeypot,
	    .onset = {at_ns, UINT64_MAX},
	    .since_ns = covered_begin(p->covered, honeypot, at_ns),
	};

	return vector_find(&q, out, n);
}

const struct pipeline_counts *
pipeline_counts(const struct pipeline *p)
{
	return &p->counts;
}

bool
pipeline_detector(size_t i, const char **name, const char **doc)
{
	if (detectors[i] == NULL)
		return false;
	*name = detectors[i]->name;
	*doc = detectors[i]->doc;
	return true;
}
