/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/picture.h"
#include "aggregator/graph/links.h"
#include "aggregator/graph/picture_internal.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/site.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum property_part
node_part(const struct node *n)
{
	return n->in[PART_SOURCE]  ? PART_SOURCE
	       : n->in[PART_EVENT] ? PART_EVENT
				   : PART_TARGET;
}

/* --- rows --- */

static struct drawn
draw(const struct link_row *r, const struct site *site)
{
	struct drawn d = {.records = r->records,
	    .first_ns = r->first_ns,
	    .last_ns = r->last_ns,
	    .first = true,
	    .second = true};

	d.outward = site != NULL && site_direction(site, &r->link.client,
					&r->link.server) == DIRECTION_OUT;
	d.end[PART_SOURCE] =
	    (struct who){.kind = WHO_HOST, .addr = r->link.client};
	d.end[PART_EVENT] =
	    (struct who){.kind = WHO_HOST, .addr = r->link.server};
	d.end[PART_TARGET] = (struct who){
	    .kind = WHO_PORT, .proto = r->link.proto, .port = r->link.port};
	return d;
}

static int
compare_drawn(const void *a, const void *b)
{
	const struct drawn *x = a, *y = b;
	int c = 0;

	for (size_t k = 0; k < FIELDS && c == 0; k++)
		c = who_cmp(&x->end[k], &y->end[k]);
	return c;
}

static void
widen(int64_t *first_ns, int64_t *last_ns, int64_t first, int64_t last)
{
	if (first == TIME_NONE)
		return;
	if (*first_ns == TIME_NONE || first < *first_ns)
		*first_ns = first;
	if (*last_ns == TIME_NONE || last > *last_ns)
		*last_ns = last;
}

/* Sort, and make equal rows one. */
static void
merge(struct drawing *d)
{
	size_t to = 0;

	qsort(d->row, d->n, sizeof(*d->row), compare_drawn);
	for (size_t i = 0; i < d->n; i++) {
		struct drawn *x = &d->row[i];
		struct drawn *last = to == 0 ? NULL : &d->row[to - 1];

		if (last == NULL || compare_drawn(last, x) != 0) {
			d->row[to++] = *x;
			continue;
		}
		last->records += x->records;
		last->first |= x->first;
		last->second |= x->second;
		last->outward |= x->outward;
		widen(&last->first_ns, &last->last_ns, x->first_ns, x->last_ns);
	}
	d->n = to;
}

/* --- nodes --- */

static int
compare_nodes(const void *a, const void *b)
{
	return who_cmp(
	    &((const struct node *)a)->who, &((const struct node *)b)->who);
}

size_t
picture_find(const struct picture *p, const struct who *w)
{
	const struct node key = {.who = *w};
	const struct node *n =
	    bsearch(&key, p->node, p->n_node, sizeof(key), compare_nodes);

	return n == NULL ? SIZE_MAX : (size_t)(n - p->node);
}

/* Does a row show its part 'k'? */
static bool
shows(const struct drawn *d, size_t k)
{
	return k == PART_SOURCE	  ? d->first
	       : k == PART_TARGET ? d->second
				  : d->first || d->second;
}

/* Sorted by who, equal ones become one. */
static void
merge_nodes(struct picture *p)
{
	size_t to = 0;

	qsort(p->node, p->n_node, sizeof(*p->node), compare_nodes);
	for (size_t i = 0; i < p->n_node; i++) {
		struct node *x = &p->node[i];
		struct node *last = to == 0 ? NULL : &p->node[to - 1];

		if (last == NULL || compare_nodes(last, x) != 0) {
			p->node[to++] = *x;
			continue;
		}
		for (size_t k = 0; k < FIELDS; k++) {
			last->in[k] |= x->in[k];
			last->records[k] += x->records[k];
		}
	}
	p->n_node = to;
}

static int
make_nodes(struct picture *p, const struct drawing *d)
{
	p->node = calloc(FIELDS * d->n + 1, sizeof(*p->node));
	if (p->node == NULL)
		return -1;
	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < FIELDS; k++) {
			struct node *n = &p->node[p->n_node];

			if (!shows(&d->row[i], k))
				continue;
			n->who = d->row[i].end[k];
			n->in[k] = true;
			n->records[k] = d->row[i].records;
			p->n_node++;
		}
	merge_nodes(p);
	return 0;
}

/* Of how many each is made. */
static void
count_members(struct picture *p, const struct tally t[FIELDS])
{
	for (size_t k = 0; k < FIELDS; k++)
		for (size_t i = 0; i < t[k].n; i++) {
			size_t at = picture_find(p, &t[k].one[i].becomes);

			if (at != SIZE_MAX)
				p->node[at].members[k]++;
		}
}

/* --- edges --- */

static int
compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static void
merge_edges(struct picture *p)
{
	size_t to = 0;

	qsort(p->edge, p->n_edge, sizeof(*p->edge), compare_edges);
	for (size_t i = 0; i < p->n_edge; i++) {
		struct edge *x = &p->edge[i];
		struct edge *last = to == 0 ? NULL : &p->edge[to - 1];

		if (last == NULL || compare_edges(last, x) != 0) {
			p->edge[to++] = *x;
			continue;
		}
		last->records += x->records;
		widen(&last->first_ns, &last->last_ns, x->first_ns, x->last_ns);
	}
	p->n_edge = to;
}

static int
make_edges(struct picture *p, const struct drawing *d)
{
	p->edge = calloc(2 * d->n + 1, sizeof(*p->edge));
	if (p->edge == NULL)
		return -1;
	for (size_t i = 0; i < d->n; i++) {
		const struct drawn *r = &d->row[i];
		struct edge x = {.records = r->records,
		    .first_ns = r->first_ns,
		    .last_ns = r->last_ns};

		for (size_t k = 0; k + 1 < FIELDS; k++) {
			if (k == 0 ? !r->first : !r->second)
				continue;
			x.second = k == PART_EVENT;
			x.from = picture_find(p, &r->end[k]);
			x.to = picture_find(p, &r->end[k + 1]);
			p->edge[p->n_edge++] = x;
		}
		p->records += r->first || r->second ? r->records : 0;
	}
	merge_edges(p);
	return 0;
}

/* --- all of it --- */

static void
empty(struct picture *p)
{
	for (size_t i = 0; i < p->n_node; i++) {
		free(p->node[i].color);
		free(p->node[i].label);
	}
	for (size_t i = 0; i < p->n_edge; i++) {
		free(p->edge[i].color);
		free(p->edge[i].label);
	}
	free(p->node);
	free(p->edge);
	p->node = NULL;
	p->edge = NULL;
	p->n_node = p->n_edge = 0;
	p->records = 0;
}

static int
roll(struct drawing *d, struct tally t[FIELDS], size_t top,
    const struct site *site)
{
	for (size_t k = 0; k < FIELDS; k++) {
		if (tally_count(&t[k], d, (enum property_part)k) == -1 ||
		    tally_roll(&t[k], (enum property_part)k, top, site) == -1)
			return -1;
		for (size_t i = 0; i < d->n; i++) {
			struct who *w = &d->row[i].end[k];

			*w = tally_find(&t[k], w)->becomes;
		}
	}
	merge(d);
	return 0;
}

/* 'd' as at most 'top' nodes of a part; 'd' becomes what is drawn. */
static int
assemble(
    struct picture *p, struct drawing *d, size_t top, const struct site *site)
{
	struct tally t[FIELDS] = {0};
	int rc = roll(d, t, top, site);

	empty(p);
	p->top = top;
	if (rc == 0)
		rc = make_nodes(p, d);
	if (rc == 0) {
		count_members(p, t);
		rc = make_edges(p, d);
	}
	for (size_t k = 0; k < FIELDS; k++)
		tally_fini(&t[k]);
	return rc;
}

/* The most nodes that do not have too many edges. */
static int
fit(struct picture *p, struct drawing *d, const struct picture_options *o)
{
	struct drawing all = *d;
	size_t top = o->top != 0 ? o->top : PICTURE_TOP;
	int rc;

	d->row = calloc(all.n + 1, sizeof(*d->row));
	if (d->row == NULL) {
		*d = all;
		return -1;
	}
	for (;;) {
		d->n = all.n;
		memcpy(d->row, all.row, all.n * sizeof(*all.row));
		rc = assemble(p, d, top, o->site);
		if (rc == -1 || o->top != 0 || p->n_edge <= PICTURE_EDGES ||
		    top == PICTURE_TOP_LEAST)
			break;
		top = top * 2 / 3;
		if (top < PICTURE_TOP_LEAST)
			top = PICTURE_TOP_LEAST;
	}
	free(all.row);
	return rc;
}

static int
make(struct picture *p, struct drawing *d, const struct picture_options *o,
    struct err *e)
{
	if (o->properties != NULL &&
	    picture_apply(p, d, o->properties, e) == -1)
		return -1;
	merge(d);
	if (fit(p, d, o) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	return picture_look(p, d, o, e);
}

struct picture *
picture_new(const struct link_row *row, size_t n,
    const struct picture_options *o, struct err *e)
{
	struct picture *p = calloc(1, sizeof(*p));
	struct drawing d = {calloc(n + 1, sizeof(*d.row)), n};
	int rc = -1;

	if (p == NULL || d.row == NULL) {
		err_set(e, EX_OSERR, "out of memory");
	} else {
		for (size_t i = 0; i < n; i++)
			d.row[i] = draw(&row[i], o->site);
		rc = make(p, &d, o, e);
	}
	free(d.row);
	if (rc == 0)
		return p;
	picture_free(p);
	return NULL;
}

void
picture_free(struct picture *p)
{
	if (p == NULL)
		return;
	empty(p);
	name_list_fini(&p->names);
	free(p);
}
