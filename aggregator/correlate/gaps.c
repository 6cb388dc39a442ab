/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/gaps.h"

#include "common/clock.h"

#include <string.h>

/* Longer ones are all the same: 8 x 100 of them fit. */
#define GAP_MAX (365 * NS_PER_DAY / 10)

void
gaps_put(struct gaps *g, int64_t time_ns)
{
	if (g->n == GAPS_TIMES_MAX) {
		memmove(g->t, g->t + 1, (g->n - 1) * sizeof(*g->t));
		g->told >>= 1;
		g->n--;
	}
	if (g->n > 0 && time_ns < g->t[g->n - 1])
		time_ns = g->t[g->n - 1];
	g->t[g->n++] = time_ns;
}

int64_t
gaps_last(const struct gaps *g)
{
	return g->n == 0 ? TIME_NONE : g->t[g->n - 1];
}

static void
sort(int64_t *x, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t k = i; k > 0 && x[k - 1] > x[k]; k--) {
			int64_t y = x[k];

			x[k] = x[k - 1];
			x[k - 1] = y;
		}
}

/* Twice the median, which then is a whole number. */
static int64_t
median2(int64_t *x, uint32_t n)
{
	sort(x, n);
	return x[(n - 1) / 2] + x[n / 2];
}

bool
gaps_are_even(const struct gaps *g, uint32_t percent)
{
	int64_t gap[GAPS_TIMES_MAX], middle2, off4;
	uint32_t n = g->n - 1;

	if (g->n < 3)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (__builtin_sub_overflow(g->t[i + 1], g->t[i], &gap[i]) ||
		    gap[i] > GAP_MAX)
			gap[i] = GAP_MAX;
	}
	middle2 = median2(gap, n);
	for (uint32_t i = 0; i < n; i++) {
		gap[i] = 2 * gap[i] - middle2;
		gap[i] = gap[i] < 0 ? -gap[i] : gap[i];
	}
	off4 = median2(gap, n);
	return off4 * 100 < 2 * middle2 * (int64_t)percent;
}
