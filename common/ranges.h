/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_RANGES_H
#define COMMON_RANGES_H

#include "common/addr.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Networks of different owners that never overlap, sorted: whose is this
 * address?  Zeroed: empty.
 */
struct range {
	unsigned __int128 first, last; /* addresses as numbers */
	uint32_t owner;
};

struct ranges {
	struct range *range;
	size_t n;
};

enum ranges_added {
	RANGES_ADDED,
	RANGES_TAKEN, /* a part of it belongs to another owner */
	RANGES_NO_MEMORY,
};

/*
 * Give 'one' to 'owner'.  TAKEN and NO_MEMORY change nothing; with TAKEN
 * '*other' is an owner that has a part of it.
 */
enum ranges_added ranges_add(
    struct ranges *s, const struct net *one, uint32_t owner, uint32_t *other);
/* Take everything from 'owner'. */
void ranges_drop(struct ranges *s, uint32_t owner);
void ranges_fini(struct ranges *s);

static inline unsigned __int128
addr_number(const struct addr *a)
{
	uint64_t high, low;

	__builtin_memcpy(&high, a->b, 8);
	__builtin_memcpy(&low, a->b + 8, 8);
	return (unsigned __int128)__builtin_bswap64(high) << 64 |
	       __builtin_bswap64(low);
}

static inline struct addr
addr_of_number(unsigned __int128 n)
{
	uint64_t high = __builtin_bswap64((uint64_t)(n >> 64));
	uint64_t low = __builtin_bswap64((uint64_t)n);
	struct addr a;

	__builtin_memcpy(a.b, &high, 8);
	__builtin_memcpy(a.b + 8, &low, 8);
	return a;
}

/* The range that has 'a', or NULL.  Nanoseconds: it is asked per record. */
static inline const struct range *
ranges_find(const struct ranges *s, const struct addr *a)
{
	unsigned __int128 number = addr_number(a);
	const struct range *at = s->range;
	size_t n = s->n;

	if (n == 0)
		return NULL;
	while (n > 1) {
		size_t half = n / 2;

		at = at[half].first <= number ? at + half : at;
		n -= half;
	}
	return at->first <= number && number <= at->last ? at : NULL;
}

#endif
