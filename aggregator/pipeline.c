/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/pipeline.h"

#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/covered.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/fold.h"
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/incident.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct pipeline {
	struct pipeline_sink sink;
	struct fold *fold;
	struct history *history;
	struct covered *covered;
	struct alerts *alerts;
	struct detect *detect;
	struct incidents *incidents;
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

static void
on_alert(void *arg, struct alert *a, bool update)
{
	struct pipeline *p = arg;

	incidents_alert(p->incidents, a);
	if (!p->muted && p->sink.alert != NULL)
		p->sink.alert(p->sink.arg, a, update);
}

/* The history first: whoever looks at a connection may ask about it. */
static void
on_connection(
    void *arg, const struct connection *c, enum connection_event event)
{
	struct pipeline *p = arg;

	if (event == CONNECTION_NEW)
		covered_see(p->covered, c->start_ns);
	history_put(p->history, c, event);
	incidents_connection(p->incidents, c, event);
	detect_connection(p->detect, c, event);
	if (event == CONNECTION_END && !p->muted && p->sink.connection != NULL)
		p->sink.connection(p->sink.arg, c);
}

static int
open_memory(struct pipeline *p, const struct site *site)
{
	const struct alerts_sink alerts_sink = {p, on_alert};
	struct incidents_env env = {
	    .site = site, .arg = p, .changed = on_incident};

	p->alerts = alerts_new(site, &ALERTS_SIZES, &alerts_sink);
	p->history = history_new(site, &HISTORY_SIZES);
	p->covered = covered_new(site);
	env.history = p->history;
	env.covered = p->covered;
	p->incidents = incidents_new(&env, &INCIDENTS_SIZES);
	return p->alerts != NULL && p->history != NULL && p->covered != NULL &&
		       p->incidents != NULL
		   ? 0
		   : -1;
}

static int
open_parts(struct pipeline *p, const struct site *site, struct err *e)
{
	struct fold_sink fold_sink = {.arg = p, .event = on_connection};
	struct alert_sink ask = {.alerts = NULL};

	if (open_memory(p, site) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	ask.alerts = p->alerts;
	ask.history = p->history;
	ask.incidents = p->incidents;
	p->detect = detect_new(site, &ask, e);
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
	detect_free(p->detect);
	alerts_free(p->alerts);
	incidents_free(p->incidents);
	history_free(p->history);
	covered_free(p->covered);
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
		       history_evicted(p->history),
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
	detect_tick(p->detect, now_ns);
	settle(p, true);
}

void
pipeline_finish(struct pipeline *p)
{
	fold_finish(p->fold);
	detect_finish(p->detect);
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
	return 0;
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
