/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/connection_row.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/scan.h"
#include "aggregator/pipeline.h"
#include "common/err.h"
#include "common/filter.h"

/*
 * An attempt may be a retransmission up to 75 s after the one before it
 * (tcp_syn_retries 6 makes 127 s in all): begin so much before --since that a
 * connection which started earlier is known to have done so.
 */
#define EARLY_NS (5 * 60 * NS_PER_SEC)

struct query {
	const struct options *opt;
	const struct filter *filter;
	bool home_known;
	struct pipeline *pipeline;
	struct output out;
	bool failed; /* the sink cannot say so: it returns nothing */
	struct err err;
};

static bool
is_wanted(const struct query *q, const struct connection *c)
{
	size_t i = 0;

	if (!options_in_time(q->opt, c->start_ns))
		return false;
	do {
		if (filter_match_connection(q->filter, &c->client.addr,
			c->client_port, &c->server.addr, c->server_port,
			i < c->witnesses.n ? c->witnesses.name[i] : NULL))
			return true;
	} while (++i < c->witnesses.n);
	return false;
}

static void
on_connection(void *arg, const struct connection *c)
{
	struct query *q = arg;
	struct connection_row row;

	if (q->failed || !is_wanted(q, c))
		return;
	connection_row(&row, c, q->home_known);
	q->failed = output_row(&q->out, row.cell, &q->err) == -1;
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
failure(const struct query *q, struct err *e)
{
	if (!q->failed)
		return 0;
	*e = q->err;
	return -1;
}

/* Rows of one sensor that lie side by side go in at once. */
static int
fold_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct query *q = arg;
	const uint32_t *sensor = chunk->sensor;
	size_t n = chunk->records.n, to;

	for (size_t from = 0; from < n; from = to) {
		struct batch part;

		to = sensor == NULL ? n : from + 1;
		while (to < n && sensor[to] == sensor[from])
			to++;
		part = batch_slice(&chunk->records, from, to - from);
		pipeline_put(q->pipeline, chunk_sensor(chunk, from), &part);
	}
	pipeline_advance(q->pipeline, chunk->received_ns);
	return failure(q, e);
}

static int
answer(struct query *q, const struct place *p, struct err *e)
{
	int rc = output_open(&q->out, q->opt, &connection_layout, e);

	/* Not only the filter's hosts: whether a server's answers are seen at
	 * all is learned from its other clients. */
	if (rc == 0)
		rc = scan(p, q->opt, NULL, EARLY_NS, fold_chunk, q, e);
	if (rc == 0) {
		pipeline_finish(q->pipeline);
		rc = failure(q, e);
	}
	if (rc == 0)
		rc = output_finish(&q->out, e);
	output_close(&q->out);
	return rc;
}

static int
fold(struct query *q, const struct place *p, struct err *e)
{
	struct pipeline_sink sink = {.arg = q,
	    .alert = ignore_alert,
	    .incident = ignore_incident,
	    .connection = on_connection};
	int rc;

	q->home_known = p->home_known;
	q->pipeline = pipeline_new(p->site, &sink, e);
	if (q->pipeline == NULL)
		return -1;
	rc = answer(q, p, e);
	pipeline_free(q->pipeline);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt};
	struct filter *f = NULL;
	struct place p;
	int rc;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	rc = place_filter(&p, c, &f, e);
	if (rc == 0) {
		q.filter = f;
		rc = fold(&q, &p, e);
	}
	filter_free(f);
	place_close(&p);
	return rc;
}

const struct command command_connections = {
    .name = "connections",
    .args = "[FILTER]",
    .doc = "what the records fold into, in the order in which they ended",
    .help = "\n"
	    "A retransmission is another attempt, the same SYN at another\n"
	    "sensor another witness.  --since and --until mean the start.\n\n"
	    "Examples:\n"
	    "  synhive connections 'client host 11.11.79.67 and class irc'\n"
	    "  synhive connections --count 'direction out'\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
