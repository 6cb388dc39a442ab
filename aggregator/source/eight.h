/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_EIGHT_H
#define AGGREGATOR_SOURCE_EIGHT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Eight bytes of text at once, as a number, the first one lowest.  Looking at
 * each takes four times as long.
 */
#define EIGHT_OF(byte) (UINT64_C(0x0101010101010101) * (byte))
#define EIGHT_HIGH EIGHT_OF(0x80)

static inline uint64_t
eight_bytes(const char *p)
{
	uint64_t x;

	__builtin_memcpy(&x, p, 8);
	return x;
}

/* How many are before the first whose high bit is set; 8: there is none. */
static inline size_t
eight_before(uint64_t high)
{
	return high == 0 ? 8 : (size_t)__builtin_ctzll(high) / 8;
}

/* How many are before the first 'byte'. */
static inline size_t
eight_until(uint64_t x, char byte)
{
	uint64_t zero = x ^ EIGHT_OF((unsigned char)byte);

	return eight_before((zero - EIGHT_OF(1)) & ~zero & EIGHT_HIGH);
}

/* How many are before the first that is not in 'from'..'to', of ASCII. */
static inline size_t
eight_within(uint64_t x, char from, char to)
{
	uint64_t low = x & ~EIGHT_HIGH;
	uint64_t enough = low + EIGHT_OF(0x80 - (unsigned int)from);
	uint64_t too_much = low + EIGHT_OF(0x7f - (unsigned int)to);

	return eight_before(~(enough & ~too_much & ~x) & EIGHT_HIGH);
}

/* The first 'n', decimal digits, 1 to 8 of them. */
static inline uint64_t
eight_number(uint64_t x, size_t n)
{
	x = x << (64 - 8 * n) & EIGHT_OF(0x0f); /* the others are zeroes */
	x = x * 10 + (x >> 8);			/* pairs, in each second byte */
	return ((x & UINT64_C(0x000000ff000000ff)) *
		       (100 + (UINT64_C(1000000) << 32)) +
		   (x >> 16 & UINT64_C(0x000000ff000000ff)) *
		       (1 + (UINT64_C(10000) << 32))) >>
	       32;
}

#endif
