/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/block_format.h"
#include "common/wide.h"

/* The number of value i: its bytes, one from each plane. */
#define FROM_PLANES(to, type, planes, n, width, base)                          \
	switch (width) {                                                       \
	case 0:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)(base);                                \
		break;                                                         \
	case 1:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)((base) + (planes)[i]);                \
		break;                                                         \
	case 2:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)((base) + (planes)[i] +                \
					 ((type)(planes)[(n) + i] << 8));      \
		break;                                                         \
	case 3:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)((base) + (planes)[i] +                \
					 ((type)(planes)[(n) + i] << 8) +      \
					 ((type)(planes)[2 * (n) + i] << 16)); \
		break;                                                         \
	case 4:                                                                \
		for (size_t i = 0; i < (n); i++)                               \
			(to)[i] = (type)((base) + (planes)[i] +                \
					 ((type)(planes)[(n) + i] << 8) +      \
					 ((type)(planes)[2 * (n) + i] << 16) + \
					 ((type)(planes)[3 * (n) + i] << 24)); \
		break;                                                         \
	}

static void
from_planes_64(
    uint64_t *to, const uint8_t *p, size_t n, const struct block_part *c)
{
	uint64_t base = c->base;

	if (c->width < 8) {
		FROM_PLANES(to, uint64_t, p, n, c->width, base)
		return;
	}
	for (size_t i = 0; i < n; i++)
		to[i] = base;
	for (size_t plane = 0; plane < 8; plane++)
		for (size_t i = 0; i < n; i++)
			to[i] += (uint64_t)p[plane * n + i] << 8 * plane;
}

WIDE static void
from_planes_32(
    uint32_t *to, const uint8_t *p, size_t n, const struct block_part *c)
{
	uint32_t base = (uint32_t)c->base;

	FROM_PLANES(to, uint32_t, p, n, c->width, base)
}

static void
from_steps(uint64_t *v, size_t n, uint64_t first)
{
	v[0] = first;
	for (size_t i = 1; i < n; i++)
		v[i] = v[i - 1] + (v[i] >> 1 ^ (0 - (v[i] & 1)));
}

static void
from_differences(uint32_t *v, size_t n, uint32_t first)
{
	v[0] = first;
	for (size_t i = 1; i < n; i++)
		v[i] += v[i - 1];
}

void
block_numbers(void *to, const struct block_kind *k, const uint8_t *planes,
    size_t n, const struct block_part *c)
{
	if (k->width == 4)
		from_planes_32(to, planes, n, c);
	else
		from_planes_64(to, planes, n, c);
	if (k->steps)
		from_steps(to, n, c->first);
	if (c->encoding & ENCODING_STEPS)
		from_differences(to, n, (uint32_t)c->first);
}
