/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_GAPS_H
#define AGGREGATOR_CORRELATE_GAPS_H

#include <stdbool.h>
#include <stdint.h>

/* The last times of something, and whether they keep a rhythm; zeroed it is
 * empty. */
#define GAPS_TIMES_MAX 16

struct gaps {
	int64_t t[GAPS_TIMES_MAX]; /* in order */
	uint32_t n;
	uint32_t told; /* a bit for each, for whoever uses it */
};

/* 'time_ns' is not before the last; with GAPS_TIMES_MAX the first is
 * forgotten. */
void gaps_put(struct gaps *g, int64_t time_ns);

/* TIME_NONE: there is none. */
int64_t gaps_last(const struct gaps *g);

/* Whether the median absolute deviation of the gaps is less than so many per
 * cent of their median.  Not with fewer than three times. */
bool gaps_are_even(const struct gaps *g, uint32_t percent);

#endif
