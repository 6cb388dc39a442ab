/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/groups_internal.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int
compare_value(const struct groups *g, const struct key_value *a,
    const struct key_value *b)
{
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	switch (a->type) {
	case GROUP_TEXT:
		return strcmp(g->text[a->u.number[0]], g->text[b->u.number[0]]);
	case GROUP_ADDR:
		return addr_cmp(&a->u.addr, &b->u.addr);
	case GROUP_TIME:
		return ((int64_t)a->u.number[0] > (int64_t)b->u.number[0]) -
		       ((int64_t)a->u.number[0] < (int64_t)b->u.number[0]);
	default:
		return (a->u.number[0] > b->u.number[0]) -
		       (a->u.number[0] < b->u.number[0]);
	}
}

static int
compare_keys(
    const struct groups *g, const struct group *a, const struct group *b)
{
	const struct key_value *ka = map_key(g->map, a);
	const struct key_value *kb = map_key(g->map, b);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->about.n_field; i++)
		rc = compare_value(g, &ka[i], &kb[i]);
	return rc;
}

static int
by_count(const void *pa, const void *pb, void *arg)
{
	const struct group *a = *(struct group *const *)pa;
	const struct group *b = *(struct group *const *)pb;
	const struct groups *g = arg;

	if (a->count[g->by] != b->count[g->by])
		return a->count[g->by] > b->count[g->by] ? -1 : 1;
	return compare_keys(g, a, b);
}

/* Those without a time last, as they came. */
static int
by_first(const void *pa, const void *pb, void *arg)
{
	const struct group *a = *(struct group *const *)pa;
	const struct group *b = *(struct group *const *)pb;

	if (a->first_ns == TIME_NONE || b->first_ns == TIME_NONE) {
		if (a->first_ns != b->first_ns)
			return a->first_ns == TIME_NONE ? 1 : -1;
		return (a->order > b->order) - (a->order < b->order);
	}
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return compare_keys(arg, a, b);
}

static int
sort(struct groups *g, int (*order)(const void *, const void *, void *),
    struct err *e)
{
	size_t n = map_count(g->map);

	free(g->sorted);
	g->sorted = calloc(n + 1, sizeof(*g->sorted));
	if (g->sorted == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	g->n_sorted = 0;
	for (struct group *x = map_oldest(g->map); x != NULL;
	     x = map_younger(g->map, x))
		g->sorted[g->n_sorted++] = x;
	qsort_r(g->sorted, g->n_sorted, sizeof(*g->sorted), order, g);
	return 0;
}

int
groups_sort_by(struct groups *g, enum group_count by, struct err *e)
{
	g->by = by;
	return sort(g, by_count, e);
}

int
groups_sort_by_first(struct groups *g, struct err *e)
{
	return sort(g, by_first, e);
}

size_t
groups_number(const struct groups *g)
{
	return g->n_sorted;
}

uint64_t
groups_left_out(const struct groups *g)
{
	return g->left_out;
}

uint64_t
groups_peers_left_out(const struct groups *g)
{
	return g->peers_left_out;
}

const struct layout *
groups_layout(const struct groups *g)
{
	return &g->layout;
}

/* --- rows --- */

static struct cell
value_cell(const struct groups *g, const struct key_value *v)
{
	switch (v->type) {
	case GROUP_TEXT:
		return cell_text(g->text[v->u.number[0]]);
	case GROUP_ADDR:
		return cell_addr(&v->u.addr);
	case GROUP_NUMBER:
		return cell_uint(v->u.number[0]);
	case GROUP_TIME:
		return cell_time((int64_t)v->u.number[0]);
	default:
		return cell_null();
	}
}

static bool
knows(const struct groups *g, const struct group *x, enum group_count which)
{
	switch (which) {
	case COUNT_RECORDS:
		return groups_take_records(&g->about);
	case COUNT_CONNECTIONS:
	case COUNT_ATTEMPTS:
	case COUNT_ANSWERED:
	case COUNT_REFUSED:
		return groups_take_connections(&g->about);
	case COUNT_PACKETS:
	case COUNT_OCTETS:
		return x->has_counts;
	case COUNT_PEERS:
	case GROUP_COUNTS:
		break;
	}
	return true;
}

bool
groups_know(const struct groups *g, enum group_count which)
{
	for (size_t i = 0; i < g->n_sorted; i++)
		if (knows(g, g->sorted[i], which))
			return true;
	return false;
}

static struct cell
count_cell(
    const struct groups *g, const struct group *x, enum group_count which)
{
	return knows(g, x, which) ? cell_uint(x->count[which]) : cell_null();
}

void
groups_row(const struct groups *g, size_t i,
    struct cell cell[static LAYOUT_COLUMNS_MAX])
{
	const struct group *x = g->sorted[i];
	const struct key_value *key = map_key(g->map, x);
	size_t n = 0;

	for (size_t k = 0; k < g->about.n_field; k++)
		cell[n++] = value_cell(g, &key[k]);
	for (size_t k = 0; k < g->n_shown; k++)
		cell[n++] = count_cell(g, x, g->shown[k]);
	cell[n++] = cell_time(x->first_ns);
	cell[n++] = cell_time(x->last_ns);
}
