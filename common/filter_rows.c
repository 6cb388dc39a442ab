/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_rows.h"

#include "common/err.h"
#include "common/filter_rows_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* --- what is needed --- */

#define BIT(name) (UINT32_C(1) << FILTER_COLUMN_##name)

static uint32_t
ends(enum side side, uint32_t src, uint32_t dst)
{
	return side == SIDE_SRC ? src : side == SIDE_DST ? dst : src | dst;
}

static uint32_t
columns_of(const struct term *t)
{
	switch (t->field) {
	case FIELD_host:
	case FIELD_net:
		return ends(t->side, BIT(src), BIT(dst));
	case FIELD_port:
	case FIELD_class:
		return ends(t->side, BIT(sport), BIT(dport));
	case FIELD_direction:
		return BIT(src) | BIT(dst);
	case FIELD_flags:
		return BIT(has) | BIT(flags);
	case FIELD_hook:
		return BIT(hook);
	case FIELD_proto:
		return BIT(proto);
	case FIELD_interface:
		return BIT(in_if) | BIT(out_if);
	case FIELD_prefix:
		return BIT(prefix);
	case FIELD_expected:
		return BIT(src) | BIT(dst) | BIT(sport) | BIT(dport) |
		       BIT(time);
	case FIELD_time:
		return BIT(time);
#define FIELD(word, sided, values, scope)
#define QUANTITY(word, unit, scope)
#define NUMBER(word, unit, scope, flag)                                        \
	case FIELD_##word:                                                     \
		return BIT(has) | BIT(word);
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
	case FIELD_sensor:
	case FIELD_outcome:
	case FIELD_attempts:
	case FIELD_duration:
	case FIELDS:
		break;
	}
	return 0;
}

uint32_t
filter_rows_columns(const struct filter_rows *x)
{
	return x->columns;
}

bool
filter_rows_needs_addrs(const struct filter_rows *x)
{
	return x->needs_addrs;
}

bool
filter_rows_needs_sensors(const struct filter_rows *x)
{
	return x->needs_sensors;
}

/* --- making --- */

static bool
is_dear(const struct filter_rows *x, const struct node *n)
{
	bool dear =
	    n->kind == NODE_TERM && term_is_dear(&x->tree->term[n->term]);

	for (uint32_t c = n->last; c != 0 && !dear; c = x->tree->node[c].prev)
		dear = is_dear(x, &x->tree->node[c]);
	return dear;
}

/* A set's ranges; 'out' has room for SWEPT_MAX, of more only the number is
 * told. */
static size_t
ranges_of(const struct ports *p, struct interval *out)
{
	size_t n = 0;

	for (uint32_t i = 0; i <= UINT16_MAX; i++) {
		if (!ports_have(p, (uint16_t)i))
			continue;
		if (i > 0 && ports_have(p, (uint16_t)(i - 1))) {
			if (n <= SWEPT_MAX)
				out[n - 1].last = i;
			continue;
		}
		if (n++ < SWEPT_MAX)
			out[n - 1] = (struct interval){i, i};
	}
	return n;
}

/* Room for the intervals of each term. */
static size_t
room_of(const struct term *t)
{
	if (t->field == FIELD_host || t->field == FIELD_net)
		return t->nets.n;
	return t->field == FIELD_port || t->field == FIELD_class ? SWEPT_MAX
								 : 0;
}

static void
set_ports(const struct term *t, struct intervals *out)
{
	if (t->ports != NULL) {
		out->n = ranges_of(t->ports, out->at);
	} else if (t->first <= t->last) {
		out->at[0] = (struct interval){t->first, t->last};
		out->n = 1;
	}
}

static int
make_parts(struct filter_rows *x, struct err *e)
{
	const struct tree *t = x->tree;
	size_t room = x->site->home.n, at = x->site->home.n;

	for (size_t i = 0; i < t->n_term; i++)
		room += room_of(&t->term[i]);
	x->interval = calloc(room + 1, sizeof(*x->interval));
	x->part = calloc(t->n_term + 1, sizeof(*x->part));
	x->dear = calloc(t->n_node, sizeof(*x->dear));
	if (x->interval == NULL || x->part == NULL || x->dear == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	x->home.at = x->interval;
	for (size_t i = 0; i < t->n_term; i++) {
		x->part[i].at = x->interval + at;
		at += room_of(&t->term[i]);
		if (t->term[i].field == FIELD_port ||
		    t->term[i].field == FIELD_class)
			set_ports(&t->term[i], &x->part[i]);
	}
	for (size_t i = 1; i < t->n_node; i++)
		x->dear[i] = is_dear(x, &t->node[i]);
	return 0;
}

struct filter_rows *
filter_rows_new(const struct filter *f, struct err *e)
{
	struct filter_rows *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	x->filter = f;
	x->tree = filter_tree(f);
	x->site = filter_site(f);
	for (size_t i = 0; i < x->tree->n_term; i++) {
		const struct term *t = &x->tree->term[i];

		x->columns |= columns_of(t);
		x->oriented = x->oriented || term_is_oriented(t);
		x->needs_sensors = x->needs_sensors || t->field == FIELD_sensor;
		x->needs_addrs = x->needs_addrs || t->field == FIELD_expected;
	}
	if (x->oriented)
		x->columns |= BIT(has) | BIT(flags) | BIT(sport) | BIT(dport);
	if (make_parts(x, e) == 0)
		return x;
	filter_rows_free(x);
	return NULL;
}

void
filter_rows_free(struct filter_rows *x)
{
	if (x == NULL)
		return;
	free(x->interval);
	free(x->part);
	free(x->dear);
	free(x);
}

/* --- addresses --- */

static unsigned __int128
number_at(const struct addr_words *w, size_t i)
{
	return (unsigned __int128)w->word[0][i] << 96 |
	       (unsigned __int128)w->word[1][i] << 64 |
	       (uint64_t)w->word[2][i] << 32 | w->word[3][i];
}

/* How many addresses are below 'number'. */
static size_t
below(const struct addr_words *w, unsigned __int128 number)
{
	size_t low = 0, high = w->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (number_at(w, mid) < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
find_ranges(
    const struct addr_words *w, const struct ranges *r, struct intervals *out)
{
	out->n = 0;
	for (size_t i = 0; i < r->n; i++) {
		size_t first = below(w, r->range[i].first), last = w->n;

		if (r->range[i].last != ~(unsigned __int128)0)
			last = below(w, r->range[i].last + 1);
		if (first == last)
			continue;
		if (out->n > 0 && out->at[out->n - 1].last + 1 == first)
			out->at[out->n - 1].last = (uint32_t)(last - 1);
		else
			out->at[out->n++] = (struct interval){
			    (uint32_t)first, (uint32_t)(last - 1)};
	}
}

/* --- what can match at all --- */

bool
filter_rows_asks_addrs(const struct filter_rows *x)
{
	return (x->columns & (BIT(src) | BIT(dst))) != 0;
}

bool
filter_rows_asks_ports(const struct filter_rows *x)
{
	return x->asks_ports;
}

bool
filter_rows_bind(struct filter_rows *x, const struct addr_words *w,
    const struct ports *ports)
{
	x->sorted = w != NULL;
	x->n_addr = w == NULL ? 0 : w->n;
	if (w != NULL)
		find_ranges(w, &x->site->home, &x->home);
	for (size_t i = 0; w != NULL && i < x->tree->n_term; i++)
		if (x->tree->term[i].field == FIELD_host ||
		    x->tree->term[i].field == FIELD_net)
			find_ranges(w, &x->tree->term[i].nets, &x->part[i]);
	return rows_may_match(x, ports);
}

/* --- matching --- */

static void rows_node(struct filter_rows *x, const struct node *n,
    const uint8_t *wanted, uint8_t *out);

static bool
any(const uint8_t *m, size_t n)
{
	return memchr(m, 1, n) != NULL;
}

/* A child changes only what is not decided yet: of "and" the ones, of "or" the
 * zeroes. */
WIDE static void
rows_children(struct filter_rows *x, const struct node *n, bool dear,
    const uint8_t *wanted, uint8_t *out)
{
	uint8_t open[PIECE], one[PIECE];

	for (uint32_t c = n->last; c != 0; c = x->tree->node[c].prev) {
		if (x->dear[c] != dear)
			continue;
		if (n->kind == NODE_ALL) {
			memcpy(open, out, x->n);
			mask_and(open, wanted, x->n);
		} else {
			mask_without(open, wanted, out, x->n);
		}
		if (!any(open, x->n))
			return;
		rows_node(x, &x->tree->node[c], open, one);
		if (n->kind == NODE_ALL)
			mask_and(out, one, x->n);
		else
			mask_or(out, one, x->n);
	}
}

static void
rows_node(struct filter_rows *x, const struct node *n, const uint8_t *wanted,
    uint8_t *out)
{
	if (n->kind == NODE_TERM) {
		rows_term(x, &x->tree->term[n->term], wanted, out);
	} else {
		memset(out, n->kind == NODE_ALL, x->n);
		rows_children(x, n, false, wanted, out);
		rows_children(x, n, true, wanted, out);
	}
	if (n->negate)
		mask_not(out, x->n);
}

WIDE size_t
filter_rows_match(struct filter_rows *x, const struct rows *r, uint8_t *match)
{
	const size_t n = r->records->n;
	uint8_t wanted[PIECE];
	size_t count = 0;

	memset(wanted, 1, sizeof(wanted));
	x->rows = r;
	for (x->from = 0; x->from < n; x->from += PIECE) {
		x->n = n - x->from < PIECE ? n - x->from : PIECE;
		x->knows_clients = false;
		rows_node(
		    x, &x->tree->node[x->tree->root], wanted, match + x->from);
		count += mask_count(match + x->from, x->n);
	}
	return count;
}
