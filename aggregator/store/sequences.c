/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/sequences.h"

#include <stdlib.h>
#include <string.h>

void
sequences_fini(struct sequences *r)
{
	free(r->at);
	*r = (struct sequences){0};
}

void
sequences_clear(struct sequences *r)
{
	r->n = 0;
	r->closed = 0;
}

/* The first range that ends at 'x' or later; r->n when there is none. */
static size_t
find(const struct sequences *r, uint64_t x)
{
	size_t low = 0, high = r->n;

	/* Nearly always the newest range is meant. */
	if (r->n > 0 && r->at[r->n - 1].last < x)
		return r->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->at[mid].last < x)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
sequences_have(const struct sequences *r, uint64_t x)
{
	size_t i = find(r, x);

	return i < r->n && r->at[i].first <= x;
}

int
sequences_reserve(struct sequences *r, size_t n)
{
	size_t want = r->n + n, room = r->room == 0 ? 4 : r->room;
	struct range *more;

	/* One above the limit: it is there only until two are joined. */
	if (want > SEQUENCES_MAX + 1)
		want = SEQUENCES_MAX + 1;
	if (want <= r->room)
		return 0;
	while (room < want)
		room *= 2;
	more = reallocarray(r->at, room, sizeof(*more));
	if (more == NULL)
		return -1;
	r->at = more;
	r->room = room;
	return 0;
}

static void
close_lowest_gap(struct sequences *r)
{
	r->closed += r->at[1].first - r->at[0].last - 1;
	r->at[1].first = r->at[0].first;
	r->n--;
	memmove(r->at, r->at + 1, r->n * sizeof(*r->at));
}

static void
insert(struct sequences *r, size_t i, uint64_t first, uint64_t last)
{
	memmove(r->at + i + 1, r->at + i, (r->n - i) * sizeof(*r->at));
	r->at[i] = (struct range){first, last};
	if (++r->n > SEQUENCES_MAX)
		close_lowest_gap(r);
}

int
sequences_add(struct sequences *r, uint64_t first, uint64_t last)
{
	/* A range that ends just before, or begins just behind, touches. */
	size_t i = find(r, first == 0 ? 0 : first - 1), end = i;
	uint64_t behind = last == UINT64_MAX ? last : last + 1;

	while (end < r->n && r->at[end].first <= behind)
		end++;
	if (end == i) {
		if (sequences_reserve(r, 1) == -1)
			return -1;
		insert(r, i, first, last);
		return 0;
	}
	if (r->at[i].first < first)
		first = r->at[i].first;
	if (r->at[end - 1].last > last)
		last = r->at[end - 1].last;
	r->at[i] = (struct range){first, last};
	memmove(r->at + i + 1, r->at + end, (r->n - end) * sizeof(*r->at));
	r->n -= end - i - 1;
	return 0;
}

void
sequences_join(struct sequences *r, const struct sequences *other)
{
	for (size_t i = 0; i < other->n; i++)
		(void)sequences_add(r, other->at[i].first, other->at[i].last);
	r->closed += other->closed;
}

uint64_t
sequences_highest(const struct sequences *r)
{
	return r->n == 0 ? 0 : r->at[r->n - 1].last;
}

uint64_t
sequences_missing(const struct sequences *r, uint64_t base)
{
	uint64_t missing = r->closed;

	for (size_t i = 0; i < r->n; i++) {
		if (r->at[i].first > base)
			missing += r->at[i].first - base - 1;
		if (r->at[i].last > base)
			base = r->at[i].last;
	}
	return missing;
}
