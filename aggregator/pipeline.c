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
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/vector.h"
#include "aggregator/pipeline_internal.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* How far behind the records the clock may be. */
#define AHEAD_NS (5 * NS_PER_SEC)

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

/* A sensor's clock may be wrong, or lie: what waits for stragglers waits for
 * those of all sensors.  The clock is told about once a second. */
static bool
is_ahead(const struct pipeline *p, const struct connection *c)
{
	return p->live && p->clock_ns != TIME_NONE &&
	       span_ns(p->clock_ns, c->start_ns) > AHEAD_NS;
}

static void
judge(void *arg, const struct connection *c, enum connection_event event)
{
	struct pipeline *p = arg;

	/* An incident must be there before what comes after its cause. */
	if (event == CONNECTION_NEW && !is_ahead(p, c) &&
	    detect_passed(p->detect, c->start_ns))
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

	covered_see(p->covered, c->start_ns);
	if (event == CONNECTION_NEW)
		missing_connection(p->missing, c);
	history_put(p->history, c, event);
	if (event == CONNECTION_NEW && !is_ahead(p, c))
		hold_tick(p->hold, c->start_ns);
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
	p->clock_ns = TIME_NONE;
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

void
pipeline_settle(struct pipeline *p, bool late)
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
	pipeline_settle(p, false);
}

void
pipeline_advance(struct pipeline *p, int64_t now_ns)
{
	p->clock_ns = now_ns;
	fold_advance(p->fold, now_ns);
	hold_tick(p->hold, now_ns);
	detect_tick(p->detect, now_ns);
	missing_advance(p->missing, now_ns);
	pipeline_settle(p, true);
}

void
pipeline_finish(struct pipeline *p)
{
	fold_finish(p->fold);
	hold_tick(p->hold, INT64_MAX);
	detect_tick(p->detect, INT64_MAX);
	missing_finish(p->missing);
	pipeline_settle(p, true);
}

void
pipeline_live(struct pipeline *p)
{
	p->live = true;
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

void
pipeline_handle(struct pipeline *p, const struct incident *i)
{
	const int64_t closed_ns = i->handling.closed_ns;

	incidents_handle(p->incidents, i);
	if (closed_ns != 0)
		alerts_unsuspect(p->alerts, &i->address, closed_ns);
}

bool
pipeline_is_muted(const struct pipeline *p, const struct alert *a)
{
	const struct incident *i = incidents_get(p->incidents, &a->address);

	return i != NULL && strcmp(i->id, a->incident) == 0 &&
	       i->handling.muted_until_ns != 0;
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
