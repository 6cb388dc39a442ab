/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/vector.h"

#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"

#include <stdlib.h>
#include <string.h>

struct candidate {
	struct vector v;
	struct addr counted;
};

struct candidates {
	const struct vector_query *q;
	struct candidate *list;
	size_t n, room;
	bool failed; /* no memory */
};

/* --- gathering ---------------------------------------------------------------
 */

static bool
is_odd(const struct vector_query *q, const struct addr *peer, uint16_t port)
{
	for (size_t i = 0; i < q->n_mark; i++)
		if (q->mark[i].port == port && port != 0 &&
		    addr_eq(&q->mark[i].peer, peer))
			return true;
	return false;
}

static struct candidate *
room_for_one(struct candidates *c)
{
	size_t room = c->room == 0 ? 64 : 2 * c->room;
	struct candidate *list;

	if (c->n < c->room)
		return &c->list[c->n++];
	list = reallocarray(c->list, room, sizeof(*list));
	if (list == NULL) {
		c->failed = true;
		return NULL;
	}
	c->list = list;
	c->room = room;
	return &c->list[c->n++];
}

/* How much of the 24 hours before the onset is known. */
static int64_t
watched(const struct vector_query *q)
{
	int64_t span = span_ns(q->since_ns, q->onset.ns);

	if (q->onset.ns == TIME_NONE)
		return TIME_NONE;
	if (q->since_ns == TIME_NONE || span > VECTOR_WINDOW_NS)
		return VECTOR_WINDOW_NS;
	return span > NS_PER_SEC ? span : NS_PER_SEC;
}

static void
gather(void *arg, const struct visits *x)
{
	struct candidates *c = arg;
	struct candidate *to;

	if (is_odd(c->q, &x->counted, x->port) ||
	    (to = room_for_one(c)) == NULL)
		return;
	memset(to, 0, sizeof(*to));
	to->counted = x->counted;
	to->v.peer = x->peer;
	to->v.address = x->address;
	to->v.port = x->port;
	to->v.within = x->within;
	to->v.first_ns = x->first_ns;
	to->v.before_ns = x->before_ns;
	to->v.last_ns = x->last_ns;
	to->v.connections = x->connections;
	to->v.packets = x->packets;
	to->v.outcome = x->outcome;
	to->v.by_sizes = x->by_sizes;
	to->v.back = x->back;
	to->v.watched_ns = watched(c->q);
}

/* --- what others did, and it did elsewhere
 * ------------------------------------ */

static int
by_port_and_peer(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->v.port != y->v.port)
		return x->v.port < y->v.port ? -1 : 1;
	return addr_cmp(&x->counted, &y->counted);
}

static void
count_peers(struct candidates *c)
{
	size_t from = 0, to;

	for (; from < c->n; from = to) {
		uint32_t peers = 0;

		for (to = from;
		     to < c->n && c->list[to].v.port == c->list[from].v.port;
		     to++)
			peers += to == from || !addr_eq(&c->list[to].counted,
						   &c->list[to - 1].counted);
		for (size_t i = from; i < to; i++)
			c->list[i].v.peers = peers;
	}
}

static void
count_swept(struct candidates *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct candidate *x = &c->list[i];

		if (i > 0 && by_port_and_peer(x, x - 1) == 0) {
			x->v.swept = x[-1].v.swept;
			x->v.more = x[-1].v.more;
			continue;
		}
		x->v.swept = history_swept(c->q->history, &x->counted,
		    x->v.port, &c->q->onset, &x->v.more);
	}
}

/* What a visitor did in an episode before is nothing new. */
static void
mark(struct candidates *c)
{
	for (size_t i = 0; i < c->n * c->q->n_mark; i++) {
		struct candidate *x = &c->list[i / c->q->n_mark];
		const struct vector_mark *m = &c->q->mark[i % c->q->n_mark];

		if (!addr_eq(&m->peer, &x->counted) ||
		    span_ns(c->q->onset.ns, m->last_ns) < 0)
			continue;
		x->v.tried_odd |= m->port != 0;
		x->v.called_back |= m->port == 0;
	}
}

/* --- rank
 * ---------------------------------------------------------------------- */

static int
compare(const void *a, const void *b, void *onset_ns)
{
	const struct candidate *x = a, *y = b;

	return vector_compare(&x->v, &y->v, *(const int64_t *)onset_ns);
}

static void
rank(struct candidates *c)
{
	int64_t onset_ns = c->q->onset.ns;

	if (c->n > 0)
		qsort_r(c->list, c->n, sizeof(*c->list), compare, &onset_ns);
}

static void
find(const struct vector_query *q, struct candidates *c)
{
	*c = (struct candidates){.q = q};
	history_of_honeypot(q->history, &q->honeypot, &q->onset, gather, c);
	if (c->n > 0)
		qsort(c->list, c->n, sizeof(*c->list), by_port_and_peer);
	count_peers(c);
	count_swept(c);
	mark(c);
	rank(c);
}

int
vector_find(const struct vector_query *q, struct vector **out, size_t *n)
{
	struct candidates c;

	find(q, &c);
	*n = c.n;
	*out = c.failed ? NULL : calloc(c.n + 1, sizeof(**out));
	for (size_t i = 0; *out != NULL && i < c.n; i++)
		(*out)[i] = c.list[i].v;
	free(c.list);
	return *out == NULL ? -1 : 0;
}

/* --- an episode's
 * ---------------------------------------------------------------- */

static struct addr
counted(const struct vector *v)
{
	return v->within ? v->peer : party_counted(&v->peer);
}

/*
 * Which of its addresses a peer is shown by may have changed since.  That of a
 * honeypot does not say what it counts as; what it did last does.
 */
static bool
is_same(const struct candidate *x, const struct vector *v)
{
	const struct addr peer = counted(v);

	if (x->v.port != v->port || x->v.within != v->within ||
	    !addr_eq(&x->v.address, &v->address))
		return false;
	return addr_eq(&x->counted, &peer) || addr_eq(&x->v.peer, &v->peer) ||
	       (v->within && x->v.last_ns == v->last_ns);
}

static struct candidate *
find_same(struct candidates *c, const struct vector *v)
{
	for (size_t i = 0; i < c->n; i++)
		if (is_same(&c->list[i], v))
			return &c->list[i];
	return NULL;
}

/* What was known before counts. */
static void
keep_facts(struct candidates *c, const struct vector *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct addr peer = counted(&list[i]);
		struct candidate *x = find_same(c, &list[i]);

		if (is_odd(c->q, &peer, list[i].port) ||
		    (x == NULL && (x = room_for_one(c)) == NULL))
			continue;
		memset(x, 0, sizeof(*x));
		x->v = list[i];
		x->counted = peer;
	}
	mark(c);
	rank(c);
}

bool
vector_fill(const struct vector_query *q, bool keep, struct episode *e)
{
	struct vector old[VECTORS_MAX];
	size_t n_old = e->n_vector;
	uint64_t left_out = e->vectors_left_out;
	struct candidates c;

	memcpy(old, e->vector, sizeof(old));
	find(q, &c);
	if (keep)
		keep_facts(&c, old, n_old);
	if (!c.failed) {
		e->n_vector = c.n < VECTORS_MAX ? c.n : VECTORS_MAX;
		if (!keep || c.n - e->n_vector > left_out)
			e->vectors_left_out = c.n - e->n_vector;
		for (size_t i = 0; i < e->n_vector; i++)
			e->vector[i] = c.list[i].v;
	}
	free(c.list);
	return e->n_vector != n_old || e->vectors_left_out != left_out ||
	       memcmp(old, e->vector, n_old * sizeof(*old)) != 0;
}
