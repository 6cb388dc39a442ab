/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/vector_find.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/scan.h"
#include "aggregator/pipeline.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define PEER_BITS 64 /* of IPv6, that one subscriber owns */

/* Answers and retransmissions of what began before. */
#define EARLY_NS (300 * NS_PER_SEC)

struct finding {
	struct pipeline *pipeline;
	struct addr honeypot;
	int64_t at_ns;
	bool after;	 /* only rows after 'at_ns'; else those up to it */
	uint64_t before; /* rows up to 'at_ns' */
	struct vector *list;
	size_t n;
};

/* --- what evidence marks --- */

static bool
is_same_peer(const struct vector *v, const struct addr *peer)
{
	struct net own = {v->peer, PEER_BITS};

	if (addr_is_v4(&v->peer) || v->within)
		return addr_eq(&v->peer, peer);
	net_clear(&own);
	return net_has(&own, peer);
}

static void
on_alert(void *arg, const struct alert *a, bool update)
{
	struct finding *f = arg;
	bool back = strcmp(a->detector, "call-back") == 0;
	bool odd = strcmp(a->detector, "odd-port-in") == 0 && a->port != 0;

	(void)update;
	if ((!back && !odd) || !a->has_peer || a->last_ns < f->at_ns ||
	    !addr_eq(&a->address, &f->honeypot))
		return;
	for (size_t i = 0; i < f->n; i++) {
		if (!is_same_peer(&f->list[i], &a->peer))
			continue;
		f->list[i].called_back |= back;
		f->list[i].tried_odd |= odd && f->list[i].port != a->port;
	}
}

static void
on_incident(void *arg, const struct incident *i, const char *op)
{
	(void)arg;
	(void)i;
	(void)op;
}

static int
compare(const void *a, const void *b, void *at_ns)
{
	return vector_compare(a, b, *(int64_t *)at_ns);
}

/* --- records --- */

/* Rows of one sensor, on one side of the moment, that lie side by side. */
static size_t
part_end(const struct finding *f, const struct store_chunk *k, size_t from)
{
	bool after = k->records.time[from] > f->at_ns;
	size_t to = from + 1;

	while (to < k->records.n && (k->records.time[to] > f->at_ns) == after &&
	       (k->sensor == NULL || k->sensor[to] == k->sensor[from]))
		to++;
	return to;
}

static int
put_chunk(void *arg, const struct store_chunk *k, struct err *e)
{
	struct finding *f = arg;
	size_t to;

	(void)e;
	for (size_t from = 0; from < k->records.n; from = to) {
		struct batch part;

		to = part_end(f, k, from);
		if ((k->records.time[from] > f->at_ns) != f->after)
			continue;
		part = batch_slice(&k->records, from, to - from);
		f->before += f->after ? 0 : part.n;
		pipeline_put(f->pipeline, chunk_sensor(k, from), &part);
	}
	return 0;
}

static int
scan_span(const struct place *p, struct finding *f, int64_t since_ns,
    int64_t until_ns, struct err *e)
{
	const struct options o = {.since_ns = since_ns, .until_ns = until_ns};

	return scan(p, &o, NULL, EARLY_NS, put_chunk, f, e);
}

static int
find(const struct place *p, struct finding *f, struct err *e)
{
	char when[TIME_TEXT_MAX];
	int64_t at = f->at_ns;

	if (scan_span(p, f, at - VECTOR_WINDOW_NS, at + 1, e) == -1)
		return -1;
	if (f->before == 0)
		return err_set(e, EX_DATAERR,
		    "--at %s: the store has nothing of the 24 h before: who "
		    "came in is not known",
		    time_format(at, when));
	if (pipeline_vectors(f->pipeline, &f->honeypot, at, &f->list, &f->n) ==
	    -1)
		return err_set(e, EX_OSERR, "out of memory");
	f->after = true;
	if (scan_span(p, f, at + EARLY_NS, at + VECTOR_WINDOW_NS, e) == -1)
		return -1;
	pipeline_finish(f->pipeline);
	if (f->n > 0)
		qsort_r(f->list, f->n, sizeof(*f->list), compare, &at);
	return 0;
}

int
vector_find_in_store(const struct place *p, const struct addr *honeypot,
    int64_t at_ns, struct vector **out, size_t *n, struct err *e)
{
	struct finding f = {.honeypot = *honeypot, .at_ns = at_ns};
	const struct pipeline_sink sink = {
	    .arg = &f, .alert = on_alert, .incident = on_incident};
	int rc;

	f.pipeline = pipeline_new(p->site, &sink, e);
	if (f.pipeline == NULL)
		return -1;
	rc = find(p, &f, e);
	pipeline_free(f.pipeline);
	if (rc == -1) {
		free(f.list);
		f.list = NULL;
	}
	*out = f.list;
	*n = f.n;
	return rc;
}
