/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/ranges.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "addr_number() swaps bytes");

/* The index of the first range that ends at or behind 'number'. */
static size_t
first_behind(const struct ranges *s, unsigned __int128 number)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->range[mid].last < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

enum ranges_added
ranges_add(
    struct ranges *s, const struct net *one, uint32_t owner, uint32_t *other)
{
	unsigned __int128 first = addr_number(&one->a), last = first;
	size_t from, to;
	struct range *more;

	if (one->len < 128)
		last |= ~(unsigned __int128)0 >> one->len;
	from = first_behind(s, first);
	for (to = from; to < s->n && s->range[to].first <= last; to++)
		if (s->range[to].owner != owner) {
			*other = s->range[to].owner;
			return RANGES_TAKEN;
		}
	/* Two networks that share an address lie one in the other. */
	if (to - from == 1 && s->range[from].first <= first &&
	    s->range[from].last >= last)
		return RANGES_ADDED;
	more = reallocarray(s->range, s->n + 1, sizeof(*more));
	if (more == NULL)
		return RANGES_NO_MEMORY;
	s->range = more;
	memmove(more + from + 1, more + to, (s->n - to) * sizeof(*more));
	more[from] = (struct range){first, last, owner};
	s->n += 1 - (to - from);
	return RANGES_ADDED;
}

void
ranges_drop(struct ranges *s, uint32_t owner)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->range[i].owner != owner)
			s->range[kept++] = s->range[i];
	s->n = kept;
}

void
ranges_fini(struct ranges *s)
{
	free(s->range);
	*s = (struct ranges){0};
}
