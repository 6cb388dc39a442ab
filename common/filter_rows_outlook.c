/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_rows_internal.h"

/* What could be true, and what could be false. */
struct outlook {
	bool yes, no;
};

/* They are none, or all, of those asked for. */
static struct outlook
addrs_outlook(const struct filter_rows *x, const struct intervals *part)
{
	bool all = part->n == 1 && part->at[0].first == 0 &&
		   part->at[0].last == x->n_addr - 1;

	return (struct outlook){part->n > 0, !all};
}

static struct outlook
ports_outlook(const struct term *t, const struct ports *there)
{
	struct outlook out = {0};

	for (size_t i = 0; i < PORTS_WORDS; i++) {
		uint64_t asked = t->ports == NULL ? 0 : t->ports->bit[i];

		if (t->ports == NULL)
			for (uint32_t k = 0; k < 64; k++)
				asked |= (uint64_t)(64 * i + k >= t->first &&
						    64 * i + k <= t->last)
					 << k;
		out.yes = out.yes || (there->bit[i] & asked) != 0;
		out.no = out.no || (there->bit[i] & ~asked) != 0;
	}
	return out;
}

static struct outlook
term_outlook(
    const struct filter_rows *x, uint32_t term, const struct ports *ports)
{
	const struct term *t = &x->tree->term[term];

	if (x->n_addr > 0 && (t->field == FIELD_host || t->field == FIELD_net))
		return addrs_outlook(x, &x->part[term]);
	if (ports != NULL && t->field == FIELD_port && t->side == SIDE_DST)
		return ports_outlook(t, ports);
	return (struct outlook){true, true};
}

static struct outlook
outlook(const struct filter_rows *x, const struct node *node,
    const struct ports *ports)
{
	bool all = node->kind == NODE_ALL;
	struct outlook out = {all, !all};

	if (node->kind == NODE_TERM)
		out = term_outlook(x, node->term, ports);
	for (uint32_t c = node->last; c != 0; c = x->tree->node[c].prev) {
		struct outlook one = outlook(x, &x->tree->node[c], ports);

		out.yes = all ? out.yes && one.yes : out.yes || one.yes;
		out.no = all ? out.no || one.no : out.no && one.no;
	}
	return node->negate ? (struct outlook){out.no, out.yes} : out;
}

bool
rows_may_match(const struct filter_rows *x, const struct ports *ports)
{
	return outlook(x, &x->tree->node[x->tree->root], ports).yes;
}
