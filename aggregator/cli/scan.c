/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/scan.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/place.h"
#include "common/clock.h"
#include "common/filter.h"

static int
each_chunk(struct store *s, const struct store_query *q, scan_fn *fn, void *arg,
    struct err *e)
{
	struct store_scan *sc = store_scan_open(s, q, e);
	struct store_chunk chunk;
	int rc = -1;

	if (sc == NULL)
		return -1;
	while ((rc = store_scan_next(sc, &chunk, e)) == 1) {
		rc = fn(arg, &chunk, e);
		if (rc != 0)
			break;
	}
	store_scan_close(sc);
	return rc;
}

/* The later beginning, the earlier end. */
static void
narrow(struct store_query *q, const struct filter *f)
{
	int64_t since, until;

	filter_times(f, &since, &until);
	if (q->since_ns == TIME_NONE || since > q->since_ns)
		q->since_ns = since;
	if (q->until_ns == TIME_NONE ||
	    (until != TIME_NONE && until < q->until_ns))
		q->until_ns = until;
}

/* 'q' with the rest filled in. */
static int
run(const struct place *p, const struct options *o, const struct filter *f,
    struct store_query *q, scan_fn *fn, void *arg, struct err *e)
{
	struct addr host[SCAN_HOSTS_MAX];
	struct store *s = place_store(p, e);
	int rc;

	if (s == NULL)
		return -1;
	q->until_ns = o->until_ns;
	if (f != NULL) {
		narrow(q, f);
		q->n_host = filter_needs_hosts(f, host, SCAN_HOSTS_MAX);
	}
	q->host = q->n_host == 0 ? NULL : host;
	rc = each_chunk(s, q, fn, arg, e);
	store_close(s);
	return rc;
}

int
scan(const struct place *p, const struct options *o, const struct filter *f,
    int64_t early_ns, scan_fn *fn, void *arg, struct err *e)
{
	struct store_query q = {.since_ns = o->since_ns};

	if (q.since_ns != TIME_NONE)
		q.since_ns -= early_ns;
	return run(p, o, f, &q, fn, arg, e);
}

int
scan_matching(const struct place *p, const struct options *o,
    const struct filter *f, uint32_t columns, bool whole, scan_fn *fn,
    void *arg, struct err *e)
{
	struct store_query q = {.since_ns = o->since_ns,
	    .columns = columns,
	    .filter = f,
	    .whole = whole};

	return run(p, o, f, &q, fn, arg, e);
}

const char *
chunk_sensor(const struct store_chunk *c, size_t i)
{
	uint32_t at = c->sensor == NULL ? 0 : c->sensor[i];

	return at < c->n_sensor ? c->sensor_name[at] : NULL;
}

struct batch
batch_slice(const struct batch *b, size_t from, size_t n)
{
	struct batch out = *b;

	out.n = n;
	out.time += from;
#define COLUMN(name, type, absent)                                             \
	if (out.name != NULL)                                                  \
		out.name += from;
#include "common/record_columns.def"
#undef COLUMN
	return out;
}
