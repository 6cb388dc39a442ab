/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/timeline.h"
#include "aggregator/graph/links.h"
#include "aggregator/graph/timeline_internal.h"
#include "common/clock.h"

#include <stdlib.h>
#include <string.h>

struct timeline *
timeline_new(size_t lanes)
{
	struct timeline *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->most[0] = lanes != 0 ? lanes : TIMELINE_LANES_IN;
	t->most[1] = lanes != 0 ? lanes : TIMELINE_LANES_OUT;
	t->links = links_new(LINKS_MAX);
	if (t->links != NULL)
		return t;
	free(t);
	return NULL;
}

void
timeline_free(struct timeline *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->lane[i].mark);
	free(t->lane);
	links_free(t->links);
	free(t);
}

uint64_t
timeline_events(const struct timeline *t)
{
	return t->events;
}

void
timeline_moment(struct timeline *t, int64_t ns)
{
	if (t->n_moment < TIMELINE_MOMENTS_MAX && ns != TIME_NONE)
		t->moment[t->n_moment++] = ns;
}

void
timeline_mark(struct timeline *t, const struct addr *peer, bool out)
{
	if (t->n_marked < MARKED_MAX)
		t->marked[t->n_marked++] = (struct marked_peer){*peer, out};
}

static bool
is_marked(const struct timeline *t, const struct lane *l)
{
	for (size_t i = 0; i < t->n_marked; i++)
		if (t->marked[i].out == l->out &&
		    addr_eq(&t->marked[i].peer, &l->peer))
			return true;
	return false;
}

/* --- which lanes --- */

/* The peer as the client; the direction in place of the protocol. */
void
timeline_learn(struct timeline *t, const struct timeline_event *e)
{
	const struct link l = {
	    .client = e->peer, .port = e->port, .proto = e->out};

	links_add(t->links, &l, e->time_ns);
	if (t->events++ == 0)
		t->first_ns = t->last_ns = e->time_ns;
	if (e->time_ns < t->first_ns)
		t->first_ns = e->time_ns;
	if (e->time_ns > t->last_ns)
		t->last_ns = e->time_ns;
}

static struct lane *
find_lane(const struct timeline *t, const struct addr *peer, bool out)
{
	struct lane *others = NULL;

	for (size_t i = 0; i < t->n; i++) {
		struct lane *l = &t->lane[i];

		if (l->out != out)
			continue;
		if (l->others > 0)
			others = l;
		else if (addr_eq(&l->peer, peer))
			return l;
	}
	return others;
}

/* A peer's rows lie side by side, by direction and port: make them lanes. */
static size_t
gather(const struct timeline *t, const struct link_row *row, size_t n,
    struct lane *out)
{
	size_t lanes = 0;

	for (size_t i = 0; i < n; i++) {
		struct lane *l = lanes == 0 ? NULL : &out[lanes - 1];

		if (l == NULL || l->out != row[i].link.proto ||
		    !addr_eq(&l->peer, &row[i].link.client)) {
			l = &out[lanes++];
			*l = (struct lane){.peer = row[i].link.client,
			    .out = row[i].link.proto != 0,
			    .first_ns = row[i].first_ns};
			l->marked = is_marked(t, l);
		}
		l->events += row[i].records;
		if (row[i].first_ns < l->first_ns)
			l->first_ns = row[i].first_ns;
	}
	return lanes;
}

/* Inbound first; then those that matter, then the busiest. */
static int
compare_worth(const void *a, const void *b)
{
	const struct lane *x = a, *y = b;

	if (x->out != y->out)
		return x->out ? 1 : -1;
	if (x->marked != y->marked)
		return x->marked ? -1 : 1;
	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	return link_addr_cmp(&x->peer, &y->peer);
}

/* Inbound first; then as they came, the others last. */
static int
compare_first(const void *a, const void *b)
{
	const struct lane *x = a, *y = b;

	if (x->out != y->out)
		return x->out ? 1 : -1;
	if ((x->others > 0) != (y->others > 0))
		return x->others > 0 ? 1 : -1;
	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return link_addr_cmp(&x->peer, &y->peer);
}

/* Of all[0..n) those that are drawn, and the rest as one each way; returns
 * how many that are. */
static size_t
choose(const struct timeline *t, struct lane *all, size_t n)
{
	size_t used[2] = {0, 0}, to = 0;
	struct lane rest[2] = {{.out = false}, {.out = true}};

	qsort(all, n, sizeof(*all), compare_worth);
	for (size_t i = 0; i < n; i++) {
		struct lane *r = &rest[all[i].out];

		if (used[all[i].out]++ < t->most[all[i].out]) {
			all[to++] = all[i];
			continue;
		}
		r->others++;
		r->events += all[i].events;
	}
	for (size_t i = 0; i < 2; i++)
		if (rest[i].others > 0)
			all[to++] = rest[i];
	return to;
}

/* The busiest ports of each lane: rows come port by port. */
static void
count_ports(struct timeline *t, const struct link_row *row, size_t n)
{
	uint64_t(*best)[TIMELINE_PORTS] = calloc(t->n + 1, sizeof(*best));

	for (size_t i = 0; best != NULL && i < n; i++) {
		struct lane *l =
		    find_lane(t, &row[i].link.client, row[i].link.proto != 0);
		uint64_t *b = l == NULL ? NULL : best[l - t->lane];
		size_t k = TIMELINE_PORTS;

		if (l == NULL || l->others > 0)
			continue;
		l->ports++;
		for (; k > 0 && b[k - 1] < row[i].records; k--)
			if (k < TIMELINE_PORTS) {
				b[k] = b[k - 1];
				l->port[k] = l->port[k - 1];
			}
		if (k < TIMELINE_PORTS) {
			b[k] = row[i].records;
			l->port[k] = row[i].link.port;
		}
	}
	free(best);
}

static int
make_lanes(struct timeline *t, const struct link_row *row, size_t n)
{
	struct lane *all = calloc(n + 2, sizeof(*all));

	if (all == NULL)
		return -1;
	t->lane = all;
	t->n = choose(t, all, gather(t, row, n, all));
	qsort(all, t->n, sizeof(*all), compare_first);
	for (size_t i = 0; i < t->n; i++) {
		all[i].mark = calloc(TIMELINE_COLUMNS, sizeof(struct mark));
		if (all[i].mark == NULL)
			return -1;
	}
	count_ports(t, row, n);
	return 0;
}

int
timeline_ready(struct timeline *t, int64_t since_ns, int64_t until_ns)
{
	struct link_row *row;
	size_t n;
	int rc;

	if (since_ns != TIME_NONE)
		t->first_ns = since_ns;
	if (until_ns != TIME_NONE)
		t->last_ns = until_ns;
	/* Something to divide by; the half of it on either side. */
	if (t->last_ns - t->first_ns < 2 * NS_PER_SEC) {
		t->first_ns -= NS_PER_SEC;
		t->last_ns = t->first_ns + 2 * NS_PER_SEC;
	}
	if (links_rows(t->links, &row, &n) == -1)
		return -1;
	rc = make_lanes(t, row, n);
	free(row);
	return rc;
}

/* --- marks --- */

void
timeline_put(struct timeline *t, const struct timeline_event *e)
{
	struct lane *l = find_lane(t, &e->peer, e->out);
	__int128 span = t->last_ns - t->first_ns;
	__int128 at = (__int128)(e->time_ns - t->first_ns) * TIMELINE_COLUMNS;
	struct mark *m;
	bool first = true;

	if (l == NULL || at < 0)
		return;
	at /= span;
	if (at > TIMELINE_COLUMNS)
		return;
	m = &l->mark[at == TIMELINE_COLUMNS ? at - 1 : at];
	for (size_t i = 0; i < TIMELINE_OUTCOMES; i++)
		first &= m->outcome[i] == 0;
	if (first) {
		m->first_ns = m->last_ns = e->time_ns;
		m->port = e->port;
	}
	m->outcome[e->outcome]++;
	if (e->time_ns < m->first_ns)
		m->first_ns = e->time_ns;
	if (e->time_ns > m->last_ns)
		m->last_ns = e->time_ns;
	if (m->port != e->port)
		m->port = 0;
}
