/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/store_internal.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The runs in the order in which they are told. */
struct sorted {
	const struct received_run **at;
	size_t n, room;
};

static int
collect(void *arg, const struct received_run *r)
{
	struct sorted *to = arg;

	if (to->n == to->room) {
		size_t room = to->room == 0 ? 64 : 2 * to->room;
		const struct received_run **more =
		    reallocarray(to->at, room, sizeof(*more));

		if (more == NULL)
			return -1;
		to->at = more;
		to->room = room;
	}
	to->at[to->n++] = r;
	return 0;
}

static int
by_age(const void *a, const void *b)
{
	const struct received_run *x = *(const struct received_run *const *)a;
	const struct received_run *y = *(const struct received_run *const *)b;
	int64_t tx = x->done_sums.first_received_ns;
	int64_t ty = y->done_sums.first_received_ns;
	int order = strcmp(x->sensor, y->sensor);

	if (tx != ty)
		return tx < ty ? -1 : 1;
	return order != 0 ? order : memcmp(&x->run, &y->run, sizeof(x->run));
}

static struct store_run
describe(const struct received_run *r)
{
	const struct received_sums *sums = &r->done_sums;
	struct store_run out = {.run = r->run,
	    .received = sums->messages,
	    .highest = sequences_highest(&r->done),
	    .gaps = sequences_missing(&r->done, r->base),
	    .records = sums->records,
	    .kernel_lost = sums->lost,
	    .dropped = sums->dropped,
	    .first_received_ns = sums->first_received_ns,
	    .last_received_ns = sums->last_received_ns};

	snprintf(out.sensor, sizeof(out.sensor), "%s", r->sensor);
	return out;
}

bool
store_run_get(const struct store *s, const char *sensor,
    const struct run_id *run, struct store_run *out)
{
	const struct received_run *r =
	    s->received == NULL ? NULL : received_get(s->received, sensor, run);

	if (r == NULL || r->done_sums.messages == 0)
		return false;
	*out = describe(r);
	return true;
}

static int
tell_all(
    const struct received *known, store_run_fn *fn, void *arg, struct err *e)
{
	struct sorted s = {0};
	int rc = 0;

	if (received_each(known, collect, &s) == -1) {
		free(s.at);
		return err_set(e, EX_OSERR, "out of memory");
	}
	if (s.n > 0)
		qsort(s.at, s.n, sizeof(*s.at), by_age);
	for (size_t i = 0; i < s.n && rc == 0; i++) {
		struct store_run r = describe(s.at[i]);

		rc = fn(arg, &r);
	}
	free(s.at);
	return rc;
}

int
store_runs(struct store *s, store_run_fn *fn, void *arg, struct err *e)
{
	struct days days;
	struct received *known;
	int rc;

	if (s->received != NULL)
		return tell_all(s->received, fn, arg, e);
	if (dir_days(s->dir, &days, e) == -1)
		return -1;
	known = store_load_received(s->dir, &days, e);
	days_fini(&days);
	if (known == NULL)
		return -1;
	rc = tell_all(known, fn, arg, e);
	received_free(known);
	return rc;
}
