/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/picture_internal.h"
#include "common/site.h"

#include <stdlib.h>
#include <string.h>

static int
compare_who(const void *a, const void *b)
{
	return who_cmp(&((const struct tally_one *)a)->who,
	    &((const struct tally_one *)b)->who);
}

/* The busiest first. */
static int
compare_busy(const void *a, const void *b)
{
	const struct tally_one *x = *(struct tally_one *const *)a;
	const struct tally_one *y = *(struct tally_one *const *)b;

	if (x->telling != y->telling)
		return x->telling ? -1 : 1;
	if (x->records != y->records)
		return x->records > y->records ? -1 : 1;
	return who_cmp(&x->who, &y->who);
}

/* Equal neighbours become one. */
static void
merge(struct tally *t)
{
	size_t to = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (to > 0 &&
		    who_cmp(&t->one[to - 1].who, &t->one[i].who) == 0) {
			t->one[to - 1].records += t->one[i].records;
			t->one[to - 1].members += t->one[i].members;
			t->one[to - 1].outward |= t->one[i].outward;
		} else {
			t->one[to++] = t->one[i];
		}
	}
	t->n = to;
}

int
tally_count(struct tally *t, const struct drawing *d, enum property_part part)
{
	*t = (struct tally){.one = calloc(d->n + 1, sizeof(*t->one))};
	if (t->one == NULL)
		return -1;
	for (size_t i = 0; i < d->n; i++)
		t->one[t->n++] = (struct tally_one){.who = d->row[i].end[part],
		    .records = d->row[i].records,
		    .outward = d->row[i].outward,
		    .becomes = d->row[i].end[part]};
	qsort(t->one, t->n, sizeof(*t->one), compare_who);
	merge(t);
	return 0;
}

void
tally_fini(struct tally *t)
{
	free(t->one);
	*t = (struct tally){0};
}

struct tally_one *
tally_find(const struct tally *t, const struct who *w)
{
	const struct tally_one key = {.who = *w};

	return bsearch(&key, t->one, t->n, sizeof(key), compare_who);
}

/* --- networks --- */

struct level {
	uint8_t four, six; /* bits of the prefix */
};

/* The hosts of the honeynet lie in its own networks. */
static struct who
net_of(const struct who *w, const struct level *l, const struct site *site)
{
	const struct honeynet *h =
	    site == NULL ? NULL : site_honeynet(site, &w->addr);
	struct net n = {
	    w->addr, (uint8_t)(addr_is_v4(&w->addr) ? 96 + l->four : l->six)};

	net_clear(&n);
	for (size_t i = 0; h != NULL && i < h->home.n; i++)
		if (net_has(&h->home.net[i], &w->addr))
			n = h->home.net[i];
	return (struct who){.kind = WHO_NET, .addr = n.a, .len = n.len};
}

/* The networks of those hosts, each with how many it has. */
static int
count_nets(struct tally *out, struct tally_one *const *rest, size_t n,
    const struct level *l, const struct site *site)
{
	*out = (struct tally){.one = calloc(n + 1, sizeof(*out->one))};
	if (out->one == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (rest[i]->who.kind == WHO_HOST)
			out->one[out->n++] = (struct tally_one){
			    .who = net_of(&rest[i]->who, l, site),
			    .records = rest[i]->records,
			    .members = 1};
	qsort(out->one, out->n, sizeof(*out->one), compare_who);
	merge(out);
	return 0;
}

/* Mark the 'room' busiest ones; returns their records. */
static uint64_t
keep_busiest(struct tally *nets, size_t room, struct tally_one **order)
{
	uint64_t records = 0;

	for (size_t i = 0; i < nets->n; i++)
		order[i] = &nets->one[i];
	qsort(order, nets->n, sizeof(*order), compare_busy);
	for (size_t i = 0; i < nets->n && i < room; i++) {
		order[i]->kept = true;
		records += order[i]->records;
	}
	return records;
}

/*
 * The rest as networks: the longest prefixes whose busiest ones have half of
 * the records.  A network of one host is that host.
 */
static int
join_nets(struct tally_one *const *rest, size_t n, size_t room,
    enum property_part part, const struct site *site, struct tally_one **order)
{
	static const struct level levels[] = {{24, 64}, {16, 48}, {8, 32}};
	const struct level *l = levels, *last = &levels[2];
	struct tally nets;
	uint64_t all = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		all += rest[i]->records;
	while ((rc = count_nets(&nets, rest, n, l, site)) == 0 &&
	       keep_busiest(&nets, room, order) < all / 2 && l < last) {
		tally_fini(&nets);
		l++;
	}
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct who net = net_of(&rest[i]->who, l, site);
		const struct tally_one *x = rest[i]->who.kind == WHO_HOST
						? tally_find(&nets, &net)
						: NULL;

		if (x == NULL || !x->kept)
			rest[i]->becomes =
			    (struct who){.kind = WHO_OTHER, .part = part};
		else if (x->members > 1)
			rest[i]->becomes = net;
	}
	tally_fini(&nets);
	return rc;
}

/* What goes out of the honeynet is rare, and what matters: it has up to half
 * of the nodes before what is busier. */
static void
prefer_outward(struct tally_one **order, size_t n, size_t room)
{
	qsort(order, n, sizeof(*order), compare_busy);
	for (size_t i = 0; i < n && room > 0; i++) {
		order[i]->telling = order[i]->outward;
		room -= order[i]->outward;
	}
}

int
tally_roll(struct tally *t, enum property_part part, size_t top,
    const struct site *site)
{
	size_t nets = part == PART_TARGET ? 0 : top / 3;
	size_t alone = top - nets - 1; /* one is for what is left */
	struct tally_one **order;
	int rc;

	if (t->n <= top)
		return 0;
	/* The second half is for sorting networks. */
	order = calloc(2 * t->n, sizeof(struct tally_one *));
	if (order == NULL)
		return -1;
	for (size_t i = 0; i < t->n; i++)
		order[i] = &t->one[i];
	prefer_outward(order, t->n, alone / 2);
	qsort(order, t->n, sizeof(*order), compare_busy);
	rc = join_nets(
	    order + alone, t->n - alone, nets, part, site, order + t->n);
	free(order);
	return rc;
}
