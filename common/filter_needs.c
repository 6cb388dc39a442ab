/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter.h"

#include "common/filter_parse.h"

#include <stdlib.h>
#include <string.h>

/* What every match must have, for opening less. */

/* Addresses that a part of a filter needs; what is not known may be any. */
struct needs {
	bool known;
	struct ranges hosts;
};

static struct needs
term_needs(const struct term *t)
{
	struct needs out = {0};

	if (t->field != FIELD_host && t->field != FIELD_net)
		return out;
	for (size_t i = 0; i < t->nets.n; i++)
		if (t->nets.range[i].first != t->nets.range[i].last)
			return out;
	out.hosts.range = calloc(t->nets.n, sizeof(*out.hosts.range));
	if (out.hosts.range == NULL)
		return out;
	memcpy(out.hosts.range, t->nets.range,
	    t->nets.n * sizeof(*out.hosts.range));
	out.hosts.n = t->nets.n;
	out.known = true;
	return out;
}

/* Both must hold: the smaller one is enough to know. */
static void
needs_both(struct needs *a, struct needs *b)
{
	if (b->known && (!a->known || b->hosts.n < a->hosts.n)) {
		struct needs other = *a;

		*a = *b;
		*b = other;
	}
}

/* One must hold. */
static void
needs_one(struct needs *a, const struct needs *b)
{
	uint32_t other;

	a->known &= b->known;
	for (size_t i = 0; a->known && i < b->hosts.n; i++) {
		struct net one = {
		    .a = addr_of_number(b->hosts.range[i].first), .len = 128};

		if (ranges_add(&a->hosts, &one, 0, &other) != RANGES_ADDED)
			a->known = false;
	}
}

static struct needs
node_needs(const struct tree *t, const struct node *n, bool negate)
{
	struct needs out = {0};
	bool all;

	negate ^= n->negate;
	if (n->kind == NODE_TERM)
		return negate ? out : term_needs(&t->term[n->term]);
	/* "not (a or b)" is "not a and not b", and the other way round. */
	all = (n->kind == NODE_ALL) != negate;
	out.known = !all;
	for (uint32_t c = n->last; c != 0; c = t->node[c].prev) {
		struct needs one = node_needs(t, &t->node[c], negate);

		if (all)
			needs_both(&out, &one);
		else
			needs_one(&out, &one);
		ranges_fini(&one.hosts);
	}
	return out;
}

size_t
filter_needs_hosts(const struct filter *f, struct addr *out, size_t max)
{
	const struct tree *t = f == NULL ? NULL : filter_tree(f);
	struct needs needs;
	size_t n = 0;

	if (f == NULL)
		return 0;
	needs = node_needs(t, &t->node[t->root], false);
	if (needs.known && needs.hosts.n <= max)
		for (; n < needs.hosts.n; n++)
			out[n] = addr_of_number(needs.hosts.range[n].first);
	ranges_fini(&needs.hosts);
	return n;
}

/* --- times --- */

static const struct span always = {0, UINT64_MAX};
static const struct span never = {1, 0};

static struct span
term_times(const struct term *t)
{
	struct span out = never;

	if (t->field != FIELD_time)
		return always;
	for (size_t i = 0; i < t->spans.n; i++) {
		const struct span *one = &t->spans.at[i];

		if (out.first > out.last)
			out = *one;
		out.first = one->first < out.first ? one->first : out.first;
		out.last = one->last > out.last ? one->last : out.last;
	}
	return out;
}

static struct span
join_times(struct span a, struct span b, bool all)
{
	bool less = a.first<b.first, more = a.last> b.last;

	if (!all && a.first > a.last)
		return b;
	if (!all && b.first > b.last)
		return a;
	return (struct span){
	    all == less ? b.first : a.first, all == more ? b.last : a.last};
}

static struct span
node_times(const struct tree *t, const struct node *n, bool negate)
{
	struct span out;
	bool all;

	negate ^= n->negate;
	/* What is not at one time may have no time at all. */
	if (n->kind == NODE_TERM)
		return negate ? always : term_times(&t->term[n->term]);
	all = (n->kind == NODE_ALL) != negate;
	out = all ? always : never;
	for (uint32_t c = n->last; c != 0; c = t->node[c].prev)
		out = join_times(out, node_times(t, &t->node[c], negate), all);
	return out;
}

void
filter_times(const struct filter *f, int64_t *since_ns, int64_t *until_ns)
{
	const struct tree *t = filter_tree(f);
	struct span all = node_times(t, &t->node[t->root], false);
	int64_t first = (int64_t)(all.first ^ UINT64_C(1) << 63);
	int64_t last = (int64_t)(all.last ^ UINT64_C(1) << 63);

	if (all.first > all.last) {
		*since_ns = *until_ns = INT64_MAX;
		return;
	}
	*since_ns = all.first == 0 ? TIME_NONE : first;
	*until_ns = last == INT64_MAX ? TIME_NONE : last + 1;
}
