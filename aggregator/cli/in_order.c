/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/in_order.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/scan.h"
#include "aggregator/cli/wanted.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* A record kept for its turn; the strings are its own. */
struct held {
	struct record r;
	char *sensor, *in_if, *out_if, *prefix;
	int64_t received_ns;
	uint64_t order; /* in the store */
};

/* The records of one reading: the earliest behind 'after'. */
struct reading {
	struct wanted *wanted;
	struct held *held; /* twice 'max' fit */
	size_t n, max;
	bool has_after, has_last;
	struct held after, last; /* times and orders only */
	uint64_t order;
};

static int
compare(const struct held *a, const struct held *b)
{
	if (a->r.time_ns != b->r.time_ns)
		return a->r.time_ns < b->r.time_ns ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static int
by_time(const void *a, const void *b)
{
	return compare(a, b);
}

static void
held_fini(struct held *h)
{
	free(h->sensor);
	free(h->in_if);
	free(h->out_if);
	free(h->prefix);
}

/* Returns false when memory is out. */
static bool
copy(const char *from, char **to, const char **shown)
{
	*to = from == NULL ? NULL : strdup(from);
	if (shown != NULL)
		*shown = *to;
	return from == NULL || *to != NULL;
}

static int
hold(struct held *out, const struct record *r, const char *sensor,
    int64_t received_ns, uint64_t order, struct err *e)
{
	*out =
	    (struct held){.r = *r, .received_ns = received_ns, .order = order};
	if (copy(sensor, &out->sensor, NULL) &&
	    copy(r->in_if, &out->in_if, &out->r.in_if) &&
	    copy(r->out_if, &out->out_if, &out->r.out_if) &&
	    copy(r->prefix, &out->prefix, &out->r.prefix))
		return 0;
	held_fini(out);
	return err_set(e, EX_OSERR, "out of memory");
}

/* Let the later half go: it comes in another reading. */
static void
shrink(struct reading *x)
{
	qsort(x->held, x->n, sizeof(*x->held), by_time);
	for (size_t i = x->max; i < x->n; i++)
		held_fini(&x->held[i]);
	x->n = x->max;
	x->last = x->held[x->n - 1];
	x->has_last = true;
}

/* What is left out is counted once, in the first reading. */
static bool
is_due(const struct reading *x, const struct held *key,
    const struct filter_subject *s)
{
	if (!x->has_after && !wanted_record(x->wanted, s))
		return false;
	if (x->has_last && compare(key, &x->last) > 0)
		return false;
	return !x->has_after ||
	       (compare(key, &x->after) > 0 && wanted_again(x->wanted, s));
}

static int
read_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct reading *x = arg;
	struct record r;

	for (size_t i = 0; i < chunk->records.n; i++) {
		struct filter_subject s = {
		    .record = &r, .sensor = chunk_sensor(chunk, i)};
		struct held key = {.order = x->order++};

		batch_get(&chunk->records, i, &r);
		key.r.time_ns = r.time_ns;
		if (!is_due(x, &key, &s))
			continue;
		if (hold(&x->held[x->n], &r, s.sensor, chunk->received_ns,
			key.order, e) == -1)
			return -1;
		if (++x->n == 2 * x->max)
			shrink(x);
	}
	return 0;
}

static int
give(struct reading *x, in_order_fn *fn, void *arg, struct err *e)
{
	int rc = 0;

	qsort(x->held, x->n, sizeof(*x->held), by_time);
	if (x->n > 0) {
		x->after = x->held[x->n - 1];
		x->has_after = true;
	}
	for (size_t i = 0; rc == 0 && i < x->n; i++)
		rc = fn(arg, &x->held[i].r, x->held[i].sensor,
		    x->held[i].received_ns, e);
	return rc;
}

static void
forget(struct reading *x)
{
	for (size_t i = 0; i < x->n; i++)
		held_fini(&x->held[i]);
	x->n = 0;
	x->order = 0;
	x->has_last = false;
}

int
in_order(const struct place *p, struct wanted *w, uint32_t max, in_order_fn *fn,
    void *arg, struct err *e)
{
	struct reading x = {.wanted = w, .max = max};
	bool more = true;
	int rc = 0;

	x.held = calloc(2 * (size_t)max, sizeof(*x.held));
	if (x.held == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	while (rc == 0 && more) {
		rc = scan(p, w->opt, w->filter, 0, read_chunk, &x, e);
		more = x.has_last;
		if (rc == 0)
			rc = give(&x, fn, arg, e);
		forget(&x);
	}
	free(x.held);
	return rc;
}
