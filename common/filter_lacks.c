/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter.h"

#include "common/filter_parse.h"

/*
 * What cannot be answered: the filter again, with a third answer for terms
 * that ask for what a record does not know (Kleene's logic).
 */
enum truth {
	NO,
	MAYBE,
	YES,
};

struct question {
	const struct filter *filter;
	const struct tree *tree;
	const struct filter_subject *subject;
	bool client_is_src;
	bool knows_nothing;	/* of what may be unknown */
	const struct term *gap; /* the first term in the text that is MAYBE */
};

static enum truth
term_truth(struct question *q, const struct term *t)
{
	bool unknown = q->knows_nothing ? term_may_be_unknown(t)
					: !term_is_known(t, q->subject);

	if (unknown) {
		q->gap = t;
		return MAYBE;
	}
	return term_holds(
		   t, q->subject, q->client_is_src, filter_site(q->filter))
		   ? YES
		   : NO;
}

static enum truth
node_truth(struct question *q, const struct node *n)
{
	bool all = n->kind == NODE_ALL;
	const struct term *gap = q->gap;
	enum truth out = all ? YES : NO;

	if (n->kind == NODE_TERM)
		out = term_truth(q, &q->tree->term[n->term]);
	/* From the last child to the first. */
	for (uint32_t c = n->last; c != 0; c = q->tree->node[c].prev) {
		enum truth one = node_truth(q, &q->tree->node[c]);

		if (all ? one < out : one > out)
			out = one;
	}
	if (out != MAYBE)
		q->gap = gap;
	return n->negate ? (enum truth)(YES - out) : out;
}

static bool
is_open(const struct filter *f, const struct filter_subject *s,
    bool knows_nothing, struct filter_gap *gap)
{
	const struct tree *t = filter_tree(f);
	struct question q = {.filter = f,
	    .tree = t,
	    .subject = s,
	    .client_is_src = filter_client_is_src(f, s),
	    .knows_nothing = knows_nothing};

	if (node_truth(&q, &t->node[t->root]) != MAYBE)
		return false;
	if (gap != NULL)
		*gap =
		    (struct filter_gap){q.gap->place, field_name(q.gap->field)};
	return true;
}

bool
filter_may_lack(const struct filter *f)
{
	const struct tree *t = f == NULL ? NULL : filter_tree(f);

	for (size_t i = 0; t != NULL && i < t->n_term; i++)
		if (term_may_be_unknown(&t->term[i]))
			return true;
	return false;
}

bool
filter_lacks(const struct filter *f, const struct filter_subject *s,
    struct filter_gap *gap)
{
	return f != NULL && is_open(f, s, false, gap);
}

bool
filter_depends(const struct filter *f, const struct filter_subject *s)
{
	return f != NULL && is_open(f, s, true, NULL);
}
