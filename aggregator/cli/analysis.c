/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/analysis.h"
#include "aggregator/cli/explain.h"
#include "aggregator/cli/keep.h"
#include "aggregator/cli/portion.h"
#include "aggregator/cli/told.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>

struct work {
	const struct analysis_options *opt;
	struct pipeline *pipeline;
	struct portions *portions;
	struct told *told;
};

/* --- what the pipeline tells --- */

static void
on_alert(void *arg, const struct alert *a, bool update)
{
	struct work *w = arg;

	(void)update;
	told_alert(w->told, a);
	if (w->opt->explain != NULL)
		explain_alert(w->opt->explain, a);
}

static void
on_incident(void *arg, const struct incident *i, const char *op)
{
	struct work *w = arg;

	(void)op;
	told_incident(w->told, i);
}

static void
on_connection(void *arg, const struct connection *c)
{
	struct work *w = arg;

	explain_connection(w->opt->explain, c);
}

/* --- records in --- */

static void
put_one(struct work *w, const struct portion *p)
{
	/* After a silence what is old must not seem to be of today. */
	if (p->first_ns != TIME_NONE && p->first_ns <= p->clock_ns)
		pipeline_advance(w->pipeline, p->first_ns);
	pipeline_put(w->pipeline, p->sensor, p->records);
	if (p->clock_ns != TIME_NONE)
		pipeline_advance(w->pipeline, p->clock_ns);
}

static int
put_all(struct work *w, struct err *e)
{
	struct portion p;
	int rc;

	while ((rc = portions_next(w->portions, &p, e)) == 1)
		put_one(w, &p);
	if (rc == 0)
		pipeline_finish(w->pipeline);
	return rc;
}

/* --- all of it --- */

static int
open_work(struct work *w, struct files *f, struct err *e)
{
	struct pipeline_sink sink = {
	    .arg = w, .alert = on_alert, .incident = on_incident};

	if (w->opt->explain != NULL)
		sink.connection = on_connection;
	w->pipeline = pipeline_new(w->opt->site, &sink, e);
	if (w->pipeline == NULL)
		return -1;
	w->told =
	    told_new(w->opt->keep == NULL ? NULL : keep_state(w->opt->keep));
	if (w->told == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	w->portions = portions_open(f, w->opt->keep, e);
	return w->portions == NULL ? -1 : 0;
}

static void
close_work(struct work *w)
{
	portions_close(w->portions);
	pipeline_free(w->pipeline);
	told_free(w->told);
}

int
analysis_run(struct analysis *a, const struct analysis_options *o,
    struct files *f, struct err *e)
{
	struct work w = {.opt = o};
	int rc = open_work(&w, f, e);

	*a = (struct analysis){0};
	if (rc == 0)
		rc = put_all(&w, e);
	if (rc == 0)
		rc = told_finish(w.told, e);
	if (rc == 0 && o->keep != NULL)
		rc = keep_finish(o->keep, e);
	if (rc == 0) {
		a->counts = *pipeline_counts(w.pipeline);
		a->incident = told_take(w.told, &a->n);
	}
	close_work(&w);
	return rc;
}

void
analysis_fini(struct analysis *a)
{
	for (size_t i = 0; i < a->n; i++)
		incident_fini(&a->incident[i]);
	free(a->incident);
	*a = (struct analysis){0};
}
