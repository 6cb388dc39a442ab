/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter.h"

#include "common/err.h"
#include "common/filter_parse.h"

#include <stdlib.h>
#include <sysexits.h>

/* What can be said of a filter without matching anything. */

static const struct filter_bounds everything = {
    .client_last = ~(unsigned __int128)0,
    .server_last = ~(unsigned __int128)0,
    .port_last = UINT16_MAX,
};

/* The ports are exact, and owned; NULL: any. */
struct part {
	struct filter_bounds hull;
	struct ports *ports;
};

static struct part part_of(
    const struct tree *t, const struct node *n, bool negate);

/* An end that is looked at whatever the packet is: a connection's SYN. */
static bool
is_server(enum side side)
{
	return side == SIDE_SERVER || side == SIDE_DST;
}

static struct part
nets_part(const struct term *t)
{
	struct part out = {.hull = everything};
	unsigned __int128 first, last;

	if (t->side == SIDE_EITHER || t->nets.n == 0)
		return out;
	first = t->nets.range[0].first;
	last = t->nets.range[t->nets.n - 1].last;
	if (is_server(t->side)) {
		out.hull.server_first = first;
		out.hull.server_last = last;
	} else {
		out.hull.client_first = first;
		out.hull.client_last = last;
	}
	return out;
}

static struct part
ports_part(const struct term *t, bool server)
{
	struct part out = {.hull = everything};

	if (!server)
		return out;
	out.ports = calloc(1, sizeof(*out.ports));
	if (out.ports == NULL)
		return out;
	if (t->ports != NULL)
		*out.ports = *t->ports;
	else if (t->first <= t->last)
		ports_add(out.ports, t->first, t->last);
	return out;
}

static struct part
term_part(const struct term *t)
{
	bool server = is_server(t->side);

	if (t->field == FIELD_host || t->field == FIELD_net)
		return nets_part(t);
	if (t->field == FIELD_port)
		return ports_part(t, server);
	if (t->field == FIELD_class)
		return ports_part(t, server || t->side == SIDE_EITHER);
	return (struct part){.hull = everything};
}

#define LOWER(a, b) ((a) < (b) ? (a) : (b))
#define HIGHER(a, b) ((a) > (b) ? (a) : (b))

/* Both must hold. */
static void
intersect(struct part *a, struct part *b)
{
	struct filter_bounds *x = &a->hull, *y = &b->hull;

	x->client_first = HIGHER(x->client_first, y->client_first);
	x->client_last = LOWER(x->client_last, y->client_last);
	x->server_first = HIGHER(x->server_first, y->server_first);
	x->server_last = LOWER(x->server_last, y->server_last);
	if (a->ports == NULL) {
		a->ports = b->ports;
		b->ports = NULL;
	}
	for (size_t i = 0; b->ports != NULL && i < PORTS_WORDS; i++)
		a->ports->bit[i] &= b->ports->bit[i];
}

/* One must hold. */
static void
join(struct part *a, struct part *b)
{
	struct filter_bounds *x = &a->hull, *y = &b->hull;

	x->client_first = LOWER(x->client_first, y->client_first);
	x->client_last = HIGHER(x->client_last, y->client_last);
	x->server_first = LOWER(x->server_first, y->server_first);
	x->server_last = HIGHER(x->server_last, y->server_last);
	if (b->ports == NULL) {
		free(a->ports);
		a->ports = NULL;
	}
	for (size_t i = 0; a->ports != NULL && i < PORTS_WORDS; i++)
		a->ports->bit[i] |= b->ports->bit[i];
}

static struct part
group_part(const struct tree *t, const struct node *n, bool all, bool negate)
{
	struct part out = {.hull = everything};

	for (uint32_t c = n->last; c != 0; c = t->node[c].prev) {
		struct part one = part_of(t, &t->node[c], negate);

		if (c == n->last)
			out = one;
		else if (all)
			intersect(&out, &one);
		else
			join(&out, &one);
		if (c != n->last)
			free(one.ports);
	}
	return out;
}

static struct part
part_of(const struct tree *t, const struct node *n, bool negate)
{
	negate ^= n->negate;
	if (n->kind != NODE_TERM)
		/* "not (a or b)" is "not a and not b". */
		return group_part(
		    t, n, (n->kind == NODE_ALL) != negate, negate);
	return negate ? (struct part){.hull = everything}
		      : term_part(&t->term[n->term]);
}

void
filter_bounds(
    const struct filter *f, struct filter_bounds *out, struct ports *ports)
{
	struct part all = {.hull = everything};
	const struct tree *t = f == NULL ? NULL : filter_tree(f);

	if (t != NULL)
		all = part_of(t, &t->node[t->root], false);
	*out = all.hull;
	if (all.ports == NULL) {
		ports_add(ports, 0, UINT16_MAX);
		return;
	}
	out->port_first = UINT16_MAX;
	out->port_last = 0;
	for (size_t i = 0; i < PORTS_WORDS; i++) {
		const uint64_t word = all.ports->bit[i];

		ports->bit[i] |= word;
		if (word == 0)
			continue;
		if (out->port_first > out->port_last)
			out->port_first =
			    (uint16_t)(64 * i + (size_t)__builtin_ctzll(word));
		out->port_last =
		    (uint16_t)(64 * i + 63 - (size_t)__builtin_clzll(word));
	}
	free(all.ports);
}

static bool
asks(const struct filter *f, enum field field)
{
	const struct tree *t = f == NULL ? NULL : filter_tree(f);

	for (size_t i = 0; t != NULL && i < t->n_term; i++)
		if (t->term[i].field == field)
			return true;
	return false;
}

bool
filter_asks_home(const struct filter *f)
{
	return asks(f, FIELD_direction);
}

bool
filter_asks_expected(const struct filter *f)
{
	return asks(f, FIELD_expected);
}

static const char *
names_of(uint32_t scope)
{
	if (scope == FILTER_CONNECTIONS)
		return "connections";
	return scope == FILTER_RECORDS ? "records" : "records and connections";
}

int
filter_check(const struct filter *f, enum filter_scope scope, struct err *e)
{
	const struct tree *t = f == NULL ? NULL : filter_tree(f);

	for (size_t i = 0; t != NULL && i < t->n_term; i++) {
		const struct term *term = &t->term[i];
		uint32_t has = field_scope(term->field);

		if ((has & (uint32_t)scope) == 0)
			return err_set(e, EX_USAGE,
			    "%s: only %s have '%s': it cannot be asked of %s",
			    term->place, names_of(has), field_name(term->field),
			    names_of((uint32_t)scope));
	}
	return 0;
}

const char *
filter_asks_packet(const struct filter *f)
{
	const struct tree *t = f == NULL ? NULL : filter_tree(f);

	for (size_t i = 0; t != NULL && i < t->n_term; i++)
		if (!(field_scope(t->term[i].field) & FILTER_EXPECTED))
			return field_name(t->term[i].field);
	return NULL;
}
