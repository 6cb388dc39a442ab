/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is kept of the correlator's memory: bytes as they lie in the state,
 * which only pass if somebody sealed them; and the same bytes sealed, so that
 * those who read them see them too.
 */
#include "aggregator/correlate/covered.h"
#include "aggregator/correlate/known.h"
#include "aggregator/correlate/snapshot.h"
#include "common/err.h"
#include "common/wr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const void *p;
	size_t n;
};

static int
give(void *arg, const char *part, const void **bytes, size_t *n, struct err *e)
{
	const struct bytes *b = arg;

	(void)part;
	(void)e;
	*bytes = b->p;
	*n = b->n;
	return 1;
}

static int
take(void *arg, const char *part, const void *bytes, size_t n, struct err *e)
{
	struct wr *w = arg;

	(void)part;
	(void)e;
	wr_reset(w);
	wr_bytes(w, bytes, n);
	return w->bad ? -1 : 0;
}

static void
save_raw(const void *self, struct wr *w)
{
	const struct bytes *b = self;

	wr_bytes(w, b->p, b->n);
}

/* Returns what snapshot_load() does. */
static int
load(const char *name, void *self, int (*fn)(void *self, struct rd *r),
    struct bytes b)
{
	const struct snapshot_part part = {
	    .name = name, .version = 1, .self = self, .load = fn};
	struct err e = {0};
	int rc = snapshot_load(&part, 1, give, &b, &e);

	if (rc == -1 && (e.code == 0 || e.text[0] == '\0'))
		abort();
	return rc;
}

static void
try_both(const char *name, void *self, int (*fn)(void *self, struct rd *r),
    const struct bytes *b)
{
	struct bytes raw = *b;
	struct snapshot_part part = {
	    .name = name, .version = 1, .self = &raw, .save = save_raw};
	struct wr w = wr_init(1 << 20);
	struct err e;

	if (load(name, self, fn, raw) == 0 ||
	    snapshot_save(&part, 1, take, &w, &e) == -1)
		abort();
	load(name, self, fn, (struct bytes){w.p, w.n});
	wr_fini(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct known_sizes small = {16, 16, 16, 4};
	const struct bytes b = {data, size};
	struct site *site = site_new();
	struct sensor_entry sensor = {.name = "pot1"};
	struct err e;
	struct covered *covered;
	struct known *known = known_new(&small);

	if (site == NULL || known == NULL ||
	    site_add_sensor(site, &sensor, &e) == -1)
		abort();
	covered = covered_new(site);
	if (covered == NULL)
		abort();
	try_both("covered", covered, covered_load, &b);
	try_both("known", known, known_load, &b);
	covered_free(covered);
	known_free(known);
	site_free(site);
	return 0;
}
