/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/fold_store.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/place.h"
#include "aggregator/pipeline.h"
#include "common/err.h"

/*
 * An attempt may be a retransmission up to 75 s after the one before it
 * (tcp_syn_retries 6 makes 127 s in all): begin so much before --since that a
 * connection which started earlier is known to have done so.
 */
#define EARLY_NS (5 * 60 * NS_PER_SEC)

struct folding {
	scan_fn *each;
	fold_store_fn *fn;
	void *arg;
	struct pipeline *pipeline;
	int rc; /* of 'fn': the sink returns nothing */
	struct err err;
};

static void
on_connection(void *arg, const struct connection *c)
{
	struct folding *f = arg;

	if (f->rc == 0)
		f->rc = f->fn(f->arg, c, &f->err);
}

static void
ignore_alert(void *arg, const struct alert *a, bool update)
{
	(void)arg;
	(void)a;
	(void)update;
}

static void
ignore_incident(void *arg, const struct incident *i, const char *op)
{
	(void)arg;
	(void)i;
	(void)op;
}

/* What the sink met with, as a result. */
static int
failure(const struct folding *f, struct err *e)
{
	if (f->rc == -1)
		*e = f->err;
	return f->rc;
}

/* Rows of one sensor that lie side by side go in at once. */
static int
fold_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct folding *f = arg;
	const uint32_t *sensor = chunk->sensor;
	size_t n = chunk->records.n, to;

	if (f->each != NULL && f->each(f->arg, chunk, e) == -1)
		return -1;
	for (size_t from = 0; from < n; from = to) {
		struct batch part;

		to = sensor == NULL ? n : from + 1;
		while (to < n && sensor[to] == sensor[from])
			to++;
		part = batch_slice(&chunk->records, from, to - from);
		pipeline_put(f->pipeline, chunk_sensor(chunk, from), &part);
	}
	pipeline_advance(f->pipeline, chunk->received_ns);
	return failure(f, e);
}

int
fold_store(const struct place *p, const struct options *o, scan_fn *each,
    fold_store_fn *fn, void *arg, struct err *e)
{
	struct folding f = {.each = each, .fn = fn, .arg = arg};
	const struct pipeline_sink sink = {.arg = &f,
	    .alert = ignore_alert,
	    .incident = ignore_incident,
	    .connection = on_connection};
	int rc;

	f.pipeline = pipeline_new(p->site, &sink, e);
	if (f.pipeline == NULL)
		return -1;
	/* Not only some filter's hosts: whether a server's answers are seen at
	 * all is learned from its other clients. */
	rc = scan(p, o, NULL, EARLY_NS, fold_chunk, &f, e);
	if (rc == 0) {
		pipeline_finish(f.pipeline);
		rc = failure(&f, e);
	}
	pipeline_free(f.pipeline);
	return rc;
}
