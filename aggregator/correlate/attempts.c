/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/attempts.h"

#include "aggregator/correlate/span.h"

#include <string.h>

static void
drop(struct attempts *a, uint64_t i)
{
	memmove(&a->t[i], &a->t[i + 1], (a->n - i - 1) * sizeof(*a->t));
	a->n--;
}

static void
thin_out(struct attempts *a, int64_t width_ns)
{
	for (uint64_t i = 1; i + 1 < a->n; i++)
		if (span_ns(a->t[i - 1], a->t[i + 1]) <= width_ns)
			drop(a, i--);
}

void
attempts_put(struct attempts *a, int64_t time_ns, int64_t width_ns)
{
	uint64_t i = 0;

	while (i < a->n && a->t[i] < time_ns)
		i++;
	if (i < a->n && a->t[i] == time_ns)
		return;
	if (a->n == ATTEMPTS_MAX) {
		drop(a, 0);
		i -= i > 0;
	}
	memmove(&a->t[i + 1], &a->t[i], (a->n - i) * sizeof(*a->t));
	a->t[i] = time_ns;
	a->n++;
	thin_out(a, width_ns);
}

bool
attempts_before(const struct attempts *a, int64_t time_ns, int64_t width_ns)
{
	for (uint64_t i = 0; i < a->n; i++) {
		int64_t after = span_ns(a->t[i], time_ns);

		if (after >= 0 && after <= width_ns)
			return true;
	}
	return false;
}

int64_t
attempts_last(const struct attempts *a)
{
	return a->n == 0 ? TIME_NONE : a->t[a->n - 1];
}
