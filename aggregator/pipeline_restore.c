/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/covered.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/fold.h"
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/hold.h"
#include "aggregator/correlate/incident.h"
#include "aggregator/correlate/missing.h"
#include "aggregator/pipeline_internal.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>

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

/* --- snapshots --- */

#define OWN_PARTS 7

/* In the order in which they are loaded: alerts know of detectors. */
static size_t
parts(const struct pipeline *p,
    struct snapshot_part out[static OWN_PARTS + DETECT_PARTS_MAX])
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
	pipeline_settle(p, false);
	return 0;
}
