/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/tree.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define PIVOT "pivot"

struct edge {
	struct tree_edge is;
	bool told;
};

struct tree {
	struct edge edge[TREE_EDGES_MAX];
	size_t n;
	uint64_t left_out;
};

/* --- gathering --- */

static struct edge *
find(struct tree *t, const struct addr *from, const struct addr *to)
{
	for (size_t i = 0; i < t->n; i++)
		if (addr_eq(&t->edge[i].is.from_address, from) &&
		    addr_eq(&t->edge[i].is.to_address, to))
			return &t->edge[i];
	return NULL;
}

static struct tree_edge *
add(struct tree *t)
{
	struct edge *x;

	if (t->n == TREE_EDGES_MAX) {
		t->left_out++;
		return NULL;
	}
	x = &t->edge[t->n++];
	memset(x, 0, sizeof(*x));
	return &x->is;
}

static bool
leads_to(const struct tree *t, const struct addr *a)
{
	for (size_t i = 0; i < t->n; i++)
		if (addr_eq(&t->edge[i].is.to_address, a))
			return true;
	return false;
}

/* All that one honeypot did to another is one step. */
static int
add_pivot(void *arg, const struct alert *a)
{
	struct tree *t = arg;
	struct edge *known;
	struct tree_edge *x;

	if (strcmp(a->detector, PIVOT) != 0 || !a->has_peer ||
	    a->severity == SEVERITY_NOTICE)
		return 0;
	known = find(t, &a->address, &a->peer);
	if (known != NULL) {
		known->is.connections += a->count;
		return 0;
	}
	x = add(t);
	if (x == NULL)
		return 0;
	memcpy(x->from, a->honeypot, sizeof(x->from));
	x->from_address = a->address;
	addr_format(&a->peer, x->to);
	x->to_address = a->peer;
	x->time_ns = a->first_ns;
	x->port = a->port;
	x->connections = a->count;
	x->pivot = true;
	return 0;
}

/* The names of honeypots, and how bad it is with them. */
static void
name_ends(struct tree *t, const struct incident *i)
{
	for (size_t k = 0; k < t->n; k++) {
		struct tree_edge *x = &t->edge[k].is;

		if (addr_eq(&x->to_address, &i->address)) {
			memcpy(x->to, i->honeypot, sizeof(x->to));
			if (i->severity > x->severity)
				x->severity = i->severity;
		}
		if (addr_eq(&x->from_address, &i->address))
			memcpy(x->from, i->honeypot, sizeof(x->from));
	}
}

static void
add_door(struct tree *t, const struct incident *i, const struct episode *e)
{
	const struct vector *v = &e->vector[0];
	enum vector_strength strength;
	struct tree_edge *x;

	/* Where a honeypot was seen to come, it needs no guess. */
	if (e->n_vector == 0 || (v->within && leads_to(t, &i->address)) ||
	    (strength = vector_strength(v, e->onset_ns)) == VECTOR_NONE ||
	    find(t, &v->peer, &i->address) != NULL || (x = add(t)) == NULL)
		return;
	addr_format(&v->peer, x->from);
	x->from_address = v->peer;
	x->outside = !v->within;
	memcpy(x->to, i->honeypot, sizeof(x->to));
	x->to_address = i->address;
	x->time_ns = v->last_ns;
	x->port = v->port;
	x->connections = v->connections;
	x->strength = strength;
}

static int
add_doors(void *arg, const struct incident *i)
{
	struct tree *t = arg;

	for (size_t k = 0; k < i->n_episode; k++)
		add_door(t, i, &i->episode[k]);
	return 0;
}

static int
add_names(void *arg, const struct incident *i)
{
	name_ends(arg, i);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct tree_edge *x = &((const struct edge *)a)->is;
	const struct tree_edge *y = &((const struct edge *)b)->is;
	int order;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	order = addr_cmp(&x->from_address, &y->from_address);
	return order != 0 ? order : addr_cmp(&x->to_address, &y->to_address);
}

struct tree *
tree_read(struct state *s, struct err *e)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	if (state_alerts(s, add_pivot, t, e) == -1 ||
	    state_incidents(s, add_doors, t, e) == -1 ||
	    state_incidents(s, add_names, t, e) == -1) {
		tree_free(t);
		return NULL;
	}
	qsort(t->edge, t->n, sizeof(*t->edge), compare);
	return t;
}

void
tree_free(struct tree *t)
{
	free(t);
}

uint64_t
tree_left_out(const struct tree *t)
{
	return t->left_out;
}

/* --- walking --- */

static int walk_from(struct tree *t, const struct addr *from, int64_t since_ns,
    size_t depth, tree_fn *fn, void *arg);

/* An edge is told once: so this ends, whoever went in circles. */
static int
tell(struct tree *t, struct edge *x, size_t depth, tree_fn *fn, void *arg)
{
	int rc;

	x->told = true;
	x->is.depth = depth;
	x->is.again = false;
	for (size_t i = 0; i < t->n; i++)
		x->is.again |=
		    &t->edge[i] != x && t->edge[i].told &&
		    addr_eq(&t->edge[i].is.to_address, &x->is.to_address);
	rc = fn(arg, &x->is);
	if (rc != 0)
		return rc;
	return walk_from(
	    t, &x->is.to_address, x->is.time_ns, depth + 1, fn, arg);
}

static int
walk_from(struct tree *t, const struct addr *from, int64_t since_ns,
    size_t depth, tree_fn *fn, void *arg)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->n; i++) {
		struct edge *x = &t->edge[i];

		if (!x->told && addr_eq(&x->is.from_address, from) &&
		    x->is.time_ns >= since_ns)
			rc = tell(t, x, depth, fn, arg);
	}
	return rc;
}

/* First what came from outside or from a honeypot that nothing led to, then
 * what is left: what happened before somebody was seen to come. */
int
tree_walk(struct tree *t, tree_fn *fn, void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < t->n; i++)
		t->edge[i].told = false;
	for (int left = 0; left <= 1; left++)
		for (size_t i = 0; rc == 0 && i < t->n; i++) {
			struct edge *x = &t->edge[i];

			if (!x->told && (left == 1 || x->is.outside ||
					    !leads_to(t, &x->is.from_address)))
				rc = tell(t, x, 1, fn, arg);
		}
	return rc;
}
