/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/ranks.h"
#include "aggregator/graph/links.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>

static int
compare(const void *a, const void *b)
{
	return link_addr_cmp(a, b);
}

void
ranks_ready(struct ranks *r)
{
	size_t to = 0;

	if (r->n > 0)
		qsort(r->addr, r->n, sizeof(*r->addr), compare);
	for (size_t i = 0; i < r->n; i++)
		if (to == 0 || !addr_eq(&r->addr[to - 1], &r->addr[i]))
			r->addr[to++] = r->addr[i];
	r->n = r->sorted = to;
}

/* Room for one more: first by taking out those that are there twice. */
static int
grow(struct ranks *r, struct err *e)
{
	size_t room = r->room == 0 ? 1024 : 2 * r->room;
	struct addr *more;

	ranks_ready(r);
	if (r->n < r->room / 2)
		return 0;
	if (r->n >= RANKS_MAX)
		return err_set(e, EX_DATAERR,
		    "more than %d addresses: ask for less", RANKS_MAX);
	more = reallocarray(r->addr, room, sizeof(*more));
	if (more == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	r->addr = more;
	r->room = room;
	return 0;
}

int
ranks_add(struct ranks *r, const struct addr *a, struct err *e)
{
	/* The same one often comes again soon. */
	if (r->n > r->sorted && addr_eq(&r->addr[r->n - 1], a))
		return 0;
	if (ranks_of(r, a) != 0)
		return 0;
	if (r->n == r->room && grow(r, e) == -1)
		return -1;
	r->addr[r->n++] = *a;
	return 0;
}

uint64_t
ranks_of(const struct ranks *r, const struct addr *a)
{
	const struct addr *found =
	    r->sorted == 0
		? NULL
		: bsearch(a, r->addr, r->sorted, sizeof(*a), compare);

	return found == NULL ? 0 : (uint64_t)(found - r->addr) + 1;
}

void
ranks_fini(struct ranks *r)
{
	free(r->addr);
	*r = (struct ranks){0};
}
