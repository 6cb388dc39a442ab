/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/portion.h"
#include "aggregator/cli/ahead.h"
#include "aggregator/cli/files.h"
#include "aggregator/cli/keep.h"
#include "common/batch.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>

/*
 * A portion ends when it is full, when the next record is of another file, or
 * when it spans so much time: then what waited for stragglers is judged.
 */
#define PORTION_RECORDS_MAX 512
#define PORTION_SPAN_NS (60 * NS_PER_SEC)

/*
 * Portions are small where there is little traffic, and the threads cannot
 * meet for each.  8 bundles of 4 portions of 110 kB at most are 3.5 MB; more
 * would not stay in a cache.
 */
#define BUNDLE_PORTIONS 4
#define BUNDLES_AHEAD 8

/* One time far ahead of all others is a mistake until the next one confirms
 * it: the clock of the correlator never goes back. */
#define CLOCK_JUMP_NS NS_PER_HOUR

struct part {
	struct builder *builder;
	size_t file;
	int64_t first_ns;
	int64_t clock_ns;
};

struct bundle {
	struct part part[BUNDLE_PORTIONS];
	size_t n;
};

struct portions {
	/* The thread's that reads. */
	struct files *files;
	struct keep *keep;
	const struct record *next; /* read, but in no part; NULL: none */
	size_t next_file;
	int64_t clock_ns, doubted_ns; /* TIME_NONE: none yet */
	struct bundle bundle[BUNDLES_AHEAD];
	/* The other one's. */
	struct ahead *ahead;
	struct bundle *at; /* NULL: none yet */
	size_t given;	   /* of it */
};

/* --- the thread that reads --- */

static void
tick(struct portions *p, int64_t time_ns)
{
	if (time_ns == TIME_NONE || time_ns <= p->clock_ns)
		return;
	if (p->clock_ns == TIME_NONE ||
	    time_ns - p->clock_ns <= CLOCK_JUMP_NS ||
	    (p->doubted_ns != TIME_NONE &&
		time_ns >= p->doubted_ns - CLOCK_JUMP_NS))
		p->clock_ns = time_ns;
	p->doubted_ns = time_ns;
}

static bool
belongs(const struct part *to, const struct record *r, size_t file)
{
	if (file != to->file)
		return false;
	return r->time_ns == TIME_NONE || to->first_ns == TIME_NONE ||
	       (r->time_ns - to->first_ns < PORTION_SPAN_NS &&
		   to->first_ns - r->time_ns < PORTION_SPAN_NS);
}

/* False: the next record is one of the next part's. */
static bool
put(struct portions *p, struct part *to)
{
	const struct record *r = p->next;

	if (builder_count(to->builder) == 0) {
		to->file = p->next_file;
		to->first_ns = r->time_ns;
	}
	if (!belongs(to, r, p->next_file) || builder_put(to->builder, r) == -1)
		return false;
	tick(p, r->time_ns);
	return true;
}

static int
keep(struct portions *p, struct err *e)
{
	if (p->keep == NULL)
		return 0;
	return keep_put(p->keep, p->next_file,
	    merge_sensor(p->files->merge, p->next_file), p->next, e);
}

/* Returns 0; -1 with 'e'.  Nothing is in it: the end. */
static int
fill(struct portions *p, struct part *to, struct err *e)
{
	builder_reset(to->builder);
	for (;;) {
		if (p->next == NULL)
			p->next = files_next(p->files, &p->next_file);
		if (p->next == NULL || !put(p, to))
			break;
		if (keep(p, e) == -1)
			return -1;
		p->next = NULL;
	}
	to->clock_ns = p->clock_ns;
	return 0;
}

static int
make(void *arg, void *item, struct err *e)
{
	struct bundle *b = item;

	for (b->n = 0; b->n < BUNDLE_PORTIONS; b->n++) {
		struct part *to = &b->part[b->n];

		if (fill(arg, to, e) == -1)
			return -1;
		if (builder_count(to->builder) == 0)
			break;
	}
	return b->n > 0;
}

/* --- the one that asked --- */

int
portions_next(struct portions *p, struct portion *out, struct err *e)
{
	struct part *part;
	void *item;
	int rc;

	if (p->at == NULL || p->given == p->at->n) {
		rc = ahead_next(p->ahead, &item, e);
		if (rc != 1)
			return rc;
		p->at = item;
		p->given = 0;
	}
	part = &p->at->part[p->given++];
	*out = (struct portion){merge_sensor(p->files->merge, part->file),
	    builder_view(part->builder), part->first_ns, part->clock_ns};
	return 1;
}

static int
bundle_init(struct bundle *b)
{
	for (size_t i = 0; i < BUNDLE_PORTIONS; i++) {
		b->part[i].builder = builder_new(PORTION_RECORDS_MAX, SIZE_MAX);
		if (b->part[i].builder == NULL)
			return -1;
	}
	return 0;
}

struct portions *
portions_open(struct files *f, struct keep *keep, struct err *e)
{
	struct portions *p = calloc(1, sizeof(*p));
	int rc = p == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < BUNDLES_AHEAD; i++)
		rc = bundle_init(&p->bundle[i]);
	if (rc == -1) {
		portions_close(p);
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	p->files = f;
	p->keep = keep;
	p->clock_ns = p->doubted_ns = TIME_NONE;
	p->ahead = ahead_open(
	    make, p, p->bundle, sizeof(p->bundle[0]), BUNDLES_AHEAD, e);
	if (p->ahead != NULL)
		return p;
	portions_close(p);
	return NULL;
}

void
portions_close(struct portions *p)
{
	if (p == NULL)
		return;
	ahead_close(p->ahead);
	for (size_t i = 0; i < BUNDLES_AHEAD; i++)
		for (size_t k = 0; k < BUNDLE_PORTIONS; k++)
			builder_free(p->bundle[i].part[k].builder);
	free(p);
}
