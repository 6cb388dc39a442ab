/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/hosts.h"

#include <string.h>

#define BITS_PER_ADDR 8
#define PROBES 7

/* Part of the file format: never changed.  Someone who picks addresses so
 * that they collide makes us open a block in vain, and no more. */
static uint64_t
mix(const struct addr *a)
{
	uint64_t x[2];

	memcpy(x, a->b, 16);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x[0] = __builtin_bswap64(x[0]);
	x[1] = __builtin_bswap64(x[1]);
#endif
	x[0] = (x[0] ^ x[0] >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	x[1] = (x[1] ^ x[0] ^ x[0] >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	x[1] = (x[1] ^ x[1] >> 32) * UINT64_C(0x94d049bb133111eb);
	return x[1] ^ x[1] >> 29;
}

/* The bit of probe 'i', below 'bits'. */
static size_t
probe(uint64_t h, uint32_t i, size_t bits)
{
	uint32_t at = (uint32_t)h + i * ((uint32_t)(h >> 32) | 1);

	return (size_t)((uint64_t)at * bits >> 32);
}

size_t
hosts_bytes(size_t n)
{
	return (n * BITS_PER_ADDR + 63) / 64 * 8;
}

void
hosts_fill(uint8_t *filter, const struct addr *addr, size_t n)
{
	size_t len = hosts_bytes(n);

	memset(filter, 0, len);
	for (size_t i = 0; i < n; i++) {
		uint64_t h = mix(&addr[i]);

		for (uint32_t k = 0; k < PROBES; k++) {
			size_t bit = probe(h, k, len * 8);

			filter[bit / 8] |= (uint8_t)(1U << bit % 8);
		}
	}
}

bool
hosts_may_have(const uint8_t *filter, size_t len, const struct addr *a)
{
	uint64_t h = mix(a);

	if (len == 0)
		return true;
	for (uint32_t k = 0; k < PROBES; k++) {
		size_t bit = probe(h, k, len * 8);

		if ((filter[bit / 8] >> bit % 8 & 1) == 0)
			return false;
	}
	return true;
}
