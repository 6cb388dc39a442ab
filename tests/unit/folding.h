/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_FOLDING_H
#define TESTS_UNIT_FOLDING_H

/* What tests of fold share: lines in, ended connections out. */

#include "aggregator/correlate/fold.h"
#include "tests/unit/cm.h"
#include "tests/unit/lines.h"

#include <stdlib.h>
#include <string.h>

#define SITE                                                                   \
	"home lab 10.0.0.0/16 2001:db8:1::/48\n"                               \
	"honeypot combo 10.0.0.5 10.0.0.6\n"

#define LOG_MAX 64

struct log {
	struct connection ended[LOG_MAX];
	size_t n;
	unsigned int events[CONNECTION_END + 1];
};

static inline void
on_event(void *arg, const struct connection *c, enum connection_event event)
{
	struct log *l = arg;

	l->events[event]++;
	if (event == CONNECTION_END && l->n < LOG_MAX)
		l->ended[l->n++] = *c;
}

static inline void
put(void *arg, const char *sensor, const struct batch *b)
{
	fold_put(arg, sensor, b);
}

/* Fold the lines; the connections are in 'l' as they ended. */
static inline struct fold_counts
fold_lines_sized(
    const char *lines, const struct fold_sizes *sizes, struct log *l)
{
	const struct fold_sink sink = {l, ~0U, on_event, NULL};
	struct site *site = site_of(SITE);
	struct fold *f = fold_new(site, sizes, &sink);
	struct fold_counts n;

	memset(l, 0, sizeof(*l));
	assert_non_null(f);
	put_lines(lines, put, f);
	fold_finish(f);
	n = fold_counts(f);
	fold_free(f);
	site_free(site);
	return n;
}

static inline struct fold_counts
fold_lines(const char *lines, struct log *l)
{
	return fold_lines_sized(lines,
	    &(struct fold_sizes){
		.coming = 64, .going = 64, .early = 64, .replying = 64},
	    l);
}

#endif
