/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_KERNEL_H
#define COMMON_FILTER_KERNEL_H

#include "common/wide.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Loops over some values of a column, plain enough for the compiler to make
 * vectors of them.  Answers are bytes, 0 or 1.
 */

/* How many rows are looked at at a time: masks stay in the first cache. */
#define PIECE 1024

#define OR_IN(name, type)                                                      \
	static inline void name(uint8_t *restrict out, const type *restrict v, \
	    size_t n, type first, type last)                                   \
	{                                                                      \
		type span = last - first;                                      \
                                                                               \
		for (size_t i = 0; i < n; i++)                                 \
			out[i] |= (type)(v[i] - first) <= span;                \
	}
OR_IN(or_in_32, uint32_t)
OR_IN(or_in_64, uint64_t)
#undef OR_IN

static inline void
mask_and(uint8_t *restrict out, const uint8_t *restrict a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] &= a[i];
}

static inline void
mask_or(uint8_t *restrict out, const uint8_t *restrict a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] |= a[i];
}

/* out = a and not b */
static inline void
mask_without(uint8_t *restrict out, const uint8_t *restrict a,
    const uint8_t *restrict b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = a[i] & (b[i] ^ 1);
}

static inline void
mask_not(uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] ^= 1;
}

/* out = which ? a : b */
static inline void
mask_choose(uint8_t *restrict out, const uint8_t *restrict which,
    const uint8_t *restrict a, const uint8_t *restrict b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (which[i] & a[i]) | ((which[i] ^ 1) & b[i]);
}

/* Eight at a time: no byte comes to more than PIECE / 8. */
static inline size_t
mask_count(const uint8_t *m, size_t n)
{
	uint64_t sum = 0, eight;
	size_t count = 0, i = 0;

	for (; i + 8 <= n; i += 8) {
		__builtin_memcpy(&eight, m + i, 8);
		sum += eight;
	}
	for (; i < n; i++)
		count += m[i];
	for (; sum != 0; sum >>= 8)
		count += sum & 0xff;
	return count;
}
_Static_assert(PIECE / 8 <= UINT8_MAX, "a byte counts the rows");

/* out &= has this bit */
static inline void
mask_and_bit(
    uint8_t *restrict out, const uint32_t *restrict v, size_t n, uint32_t bit)
{
	for (size_t i = 0; i < n; i++)
		out[i] &= (v[i] & bit) != 0;
}

#endif
