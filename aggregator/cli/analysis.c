/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/analysis.h"
#include "aggregator/cli/explain.h"
#include "aggregator/cli/files.h"
#include "aggregator/cli/keep.h"
#include "aggregator/cli/told.h"
#include "common/batch.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>

/*
 * A batch ends when it is full, when the next record is of another file, or
 * when it spans so much time: then what waited for stragglers is judged.
 */
#define BATCH_RECORDS_MAX 512
#define BATCH_SPAN_NS (60 * NS_PER_SEC)

/* One time far ahead of all others is a mistake until the next one confirms
 * it: the clock of the correlator never goes back. */
#define CLOCK_JUMP_NS NS_PER_HOUR

struct work {
	const struct analysis_options *opt;
	struct files *files;
	struct pipeline *pipeline;
	struct builder *builder;
	struct told *told;
	size_t file; /* of what is in the builder */
	int64_t first_ns;
	int64_t clock_ns, doubted_ns; /* TIME_NONE: none yet */
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
tick(struct work *w, int64_t time_ns)
{
	if (time_ns == TIME_NONE || time_ns <= w->clock_ns)
		return;
	if (w->clock_ns == TIME_NONE ||
	    time_ns - w->clock_ns <= CLOCK_JUMP_NS ||
	    (w->doubted_ns != TIME_NONE &&
		time_ns >= w->doubted_ns - CLOCK_JUMP_NS))
		w->clock_ns = time_ns;
	w->doubted_ns = time_ns;
}

static void
flush(struct work *w)
{
	if (builder_count(w->builder) == 0)
		return;
	/* After a silence what is old must not seem to be of today. */
	if (w->first_ns != TIME_NONE && w->first_ns <= w->clock_ns)
		pipeline_advance(w->pipeline, w->first_ns);
	pipeline_put(w->pipeline, merge_sensor(w->files->merge, w->file),
	    builder_view(w->builder));
	builder_reset(w->builder);
	if (w->clock_ns != TIME_NONE)
		pipeline_advance(w->pipeline, w->clock_ns);
}

static bool
fits(const struct work *w, const struct record *r, size_t file)
{
	if (file != w->file)
		return false;
	return r->time_ns == TIME_NONE || w->first_ns == TIME_NONE ||
	       (r->time_ns - w->first_ns < BATCH_SPAN_NS &&
		   w->first_ns - r->time_ns < BATCH_SPAN_NS);
}

static void
put(struct work *w, const struct record *r, size_t file)
{
	if (!fits(w, r, file))
		flush(w);
	if (builder_put(w->builder, r) == -1) {
		flush(w);
		builder_put(w->builder, r); /* one always fits */
	}
	if (builder_count(w->builder) == 1) {
		w->file = file;
		w->first_ns = r->time_ns;
	}
	tick(w, r->time_ns);
}

static int
put_all(struct work *w, struct err *e)
{
	const struct record *r;
	size_t file;

	while ((r = files_next(w->files, &file)) != NULL) {
		put(w, r, file);
		if (w->opt->keep != NULL &&
		    keep_put(w->opt->keep, file,
			merge_sensor(w->files->merge, file), r, e) == -1)
			return -1;
	}
	flush(w);
	pipeline_finish(w->pipeline);
	return 0;
}

/* --- all of it --- */

static int
open_work(struct work *w, struct err *e)
{
	struct pipeline_sink sink = {
	    .arg = w, .alert = on_alert, .incident = on_incident};

	if (w->opt->explain != NULL)
		sink.connection = on_connection;
	w->pipeline = pipeline_new(w->opt->site, &sink, e);
	if (w->pipeline == NULL)
		return -1;
	w->builder = builder_new(BATCH_RECORDS_MAX, SIZE_MAX);
	w->told =
	    told_new(w->opt->keep == NULL ? NULL : keep_state(w->opt->keep));
	if (w->builder == NULL || w->told == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	return 0;
}

static void
close_work(struct work *w)
{
	builder_free(w->builder);
	pipeline_free(w->pipeline);
	told_free(w->told);
}

int
analysis_run(struct analysis *a, const struct analysis_options *o,
    struct files *f, struct err *e)
{
	struct work w = {.opt = o,
	    .files = f,
	    .first_ns = TIME_NONE,
	    .clock_ns = TIME_NONE,
	    .doubted_ns = TIME_NONE};
	int rc = open_work(&w, e);

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
