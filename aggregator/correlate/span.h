/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SPAN_H
#define AGGREGATOR_CORRELATE_SPAN_H

#include "common/clock.h"

#include <stdint.h>

/* How much later than its time a record may come: what was sent before it is
 * there by then. */
#define STRAGGLERS_NS (500 * NS_PER_MS)

/*
 * How long 'b' is after 'a'; negative: before.  0 when one of them is not
 * known: windows do not apply then.  Times come from strangers: what does not
 * fit is cut off.
 */
static inline int64_t
span_ns(int64_t a, int64_t b)
{
	int64_t d;

	if (a == TIME_NONE || b == TIME_NONE)
		return 0;
	if (__builtin_sub_overflow(b, a, &d))
		return b > a ? INT64_MAX : INT64_MIN;
	return d;
}

/* 't' and so much more, or less; cut off like it, and TIME_NONE stays so. */
static inline int64_t
span_from(int64_t t, int64_t more_ns)
{
	int64_t sum;

	if (t == TIME_NONE)
		return t;
	if (__builtin_add_overflow(t, more_ns, &sum) || sum == TIME_NONE)
		return more_ns > 0 ? INT64_MAX : INT64_MIN + 1;
	return sum;
}

/* Whether 't' lies in [first - slack, last + slack]. */
static inline int
span_near(int64_t t, int64_t first, int64_t last, int64_t slack_ns)
{
	return span_ns(t, first) <= slack_ns && span_ns(last, t) <= slack_ns;
}

/* The earlier and the later of two times; a known one beats an unknown. */
static inline int64_t
span_earlier(int64_t a, int64_t b)
{
	if (a == TIME_NONE || b == TIME_NONE)
		return a == TIME_NONE ? b : a;
	return a < b ? a : b;
}

static inline int64_t
span_later(int64_t a, int64_t b)
{
	return a > b ? a : b; /* TIME_NONE is the least */
}

#endif
