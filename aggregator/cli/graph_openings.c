/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/graph.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/scan.h"
#include "common/err.h"
#include "common/filter_term.h"
#include "common/site.h"

#include <inttypes.h>

struct asking {
	const struct graph *g;
	opening_fn *fn;
	void *arg;
	bool timed; /* --since or --until */
	struct openings found;
};

static bool
is_opening(const struct record *r)
{
	return (r->has & HAS_COUNTS) != 0 || (r->has & HAS_FLAGS) == 0 ||
	       flags_are_syn(r->flags);
}

static bool
is_wanted(struct asking *a, const struct filter_subject *s)
{
	int64_t t = s->record->time_ns;
	bool matched;

	if (!is_opening(s->record) ||
	    (a->timed && t != TIME_NONE && !options_in_time(a->g->opt, t)))
		return false;
	matched = filter_match(a->g->filter, s);
	hidden_record(&a->found.hidden, s, matched);
	if (matched && a->timed && t == TIME_NONE)
		a->found.untimed++;
	return matched && !(a->timed && t == TIME_NONE);
}

static struct opening
open_with(const struct filter_subject *s, const struct site *site)
{
	const struct record *r = s->record;
	struct opening x = {r, s->sensor, r->src, r->dst, r->sport, r->dport};

	if (!subject_client_is_src(s, site))
		x = (struct opening){
		    r, s->sensor, r->dst, r->src, r->dport, r->sport};
	return x;
}

static int
each_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct asking *a = arg;
	struct record r;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < chunk->records.n; i++) {
		struct filter_subject s = {
		    .record = &r, .sensor = chunk_sensor(chunk, i)};
		struct opening x;

		batch_get(&chunk->records, i, &r);
		if (!is_wanted(a, &s))
			continue;
		x = open_with(&s, a->g->place->site);
		rc = a->fn(a->arg, &x, e);
	}
	return rc;
}

int
graph_openings(const struct graph *g, opening_fn *fn, void *arg, struct err *e)
{
	struct asking a = {.g = g, .fn = fn, .arg = arg};
	int rc;

	a.timed =
	    g->opt->since_ns != TIME_NONE || g->opt->until_ns != TIME_NONE;
	rc = hidden_open(&a.found.hidden, g->place->site, g->filter, e);
	if (rc == 0)
		rc = scan(g->place, g->opt, g->filter, 0, each_chunk, &a, e);
	if (rc == 0 && !g->quiet)
		hidden_say(&a.found.hidden);
	if (rc == 0 && !g->quiet && a.found.untimed > 0)
		remark(
		    "%" PRIu64 " more match but have no time", a.found.untimed);
	hidden_close(&a.found.hidden);
	return rc;
}
