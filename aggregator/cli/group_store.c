/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/group_store.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/connection_match.h"
#include "aggregator/cli/fold_store.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/wanted.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/filter_term.h"

#include <inttypes.h>
#include <sysexits.h>

struct counting {
	const struct place *place;
	const struct options *opt;
	struct groups *groups;
	struct wanted wanted;
	bool records, connections;
	uint64_t found;
};

static int
count_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct counting *q = arg;
	struct record r;
	struct grouped x = {.record = &r,
	    .site = q->place->site,
	    .home_known = q->place->home_known};

	(void)e;
	for (size_t i = 0; i < chunk->records.n; i++) {
		struct filter_subject s = {
		    .record = &r, .sensor = chunk_sensor(chunk, i)};

		batch_get(&chunk->records, i, &r);
		if (!wanted_record(&q->wanted, &s))
			continue;
		x.sensor = s.sensor;
		x.client_is_src = subject_client_is_src(&s, x.site);
		groups_add(q->groups, &x);
		q->found++;
	}
	return 0;
}

static int
count_connection(void *arg, const struct connection *c, struct err *e)
{
	struct counting *q = arg;
	struct grouped x = {.connection = c,
	    .sensor = c->witnesses.n == 0 ? NULL : c->witnesses.name[0],
	    .site = q->place->site,
	    .home_known = q->place->home_known};

	(void)e;
	if (!options_in_time(q->opt, c->start_ns) ||
	    !connection_matches(q->wanted.filter, c))
		return 0;
	groups_add(q->groups, &x);
	q->found++;
	return 0;
}

static int
count_all(struct counting *q, struct err *e)
{
	if (!q->connections)
		return scan(
		    q->place, q->opt, q->wanted.filter, 0, count_chunk, q, e);
	return fold_store(q->place, q->opt, q->records ? count_chunk : NULL,
	    count_connection, q, e);
}

static int
print(struct counting *q, const struct group_query *ask, struct err *e)
{
	struct cell cell[LAYOUT_COLUMNS_MAX];
	struct output out;
	size_t n = groups_number(q->groups);
	size_t most = ask->most == 0 || ask->most > n ? n : ask->most;
	int rc = output_open(&out, q->opt, groups_layout(q->groups), e);

	for (size_t i = 0; rc == 0 && i < most; i++) {
		groups_row(q->groups, i, cell);
		rc = output_row(&out, cell, e);
	}
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	if (rc == 0 && most < n && output_is_table(q->opt))
		remark("%zu of %zu shown; -n 0 shows all", most, n);
	return rc;
}

/* An order by what no row knows would look like one. */
static int
check_order(
    const struct counting *q, const struct group_query *ask, struct err *e)
{
	if (ask->by_first || groups_number(q->groups) == 0 ||
	    groups_know(q->groups, ask->by))
		return 0;
	return err_set(e, EX_DATAERR,
	    "--by %s: the data cannot answer it: no record knows its %s",
	    q->opt->by, q->opt->by);
}

static void
say_left_out(const struct counting *q)
{
	uint64_t rows = groups_left_out(q->groups);
	uint64_t peers = groups_peers_left_out(q->groups);

	if (rows > 0)
		remark("%" PRIu64 " records and connections were not counted: "
		       "they made more than %" PRIu32 " different rows; a "
		       "filter makes them fewer",
		    rows, GROUPS_MAX);
	if (peers > 0)
		remark("some have more peers than counted: %" PRIu32
		       " were remembered, %" PRIu64 " times one was not",
		    GROUP_PEERS_MAX, peers);
}

static int
answer(struct counting *q, const struct group_query *ask, struct err *e)
{
	int rc = count_all(q, e);

	if (rc == 0)
		rc = wanted_check(&q->wanted, q->found, e);
	if (rc == 0)
		rc = ask->by_first ? groups_sort_by_first(q->groups, e)
				   : groups_sort_by(q->groups, ask->by, e);
	if (rc == 0)
		rc = check_order(q, ask, e);
	if (rc == 0)
		rc = print(q, ask, e);
	if (rc == 0)
		say_left_out(q);
	if (rc == 0)
		wanted_say(&q->wanted);
	return rc;
}

int
group_store(const struct place *p, const struct cli *c, const struct filter *f,
    const struct group_query *ask, struct err *e)
{
	struct counting q = {.place = p,
	    .opt = &c->opt,
	    .records = groups_take_records(&ask->about),
	    .connections = groups_take_connections(&ask->about)};
	int rc = wanted_open(&q.wanted, &c->opt, p->site, f, e);

	if (rc == 0) {
		q.groups = groups_new(&ask->about, e);
		rc = q.groups == NULL ? -1 : answer(&q, ask, e);
	}
	groups_free(q.groups);
	wanted_close(&q.wanted);
	return rc;
}
