/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ATTEMPTS_H
#define AGGREGATOR_CORRELATE_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When something was tried, for the question whether it was in the last
 * minute or so before another time.  Of three times within one 'width_ns'
 * the middle one decides nothing and is not kept, so that four are enough
 * while nothing comes later than the width; zeroed it is empty.
 */
#define ATTEMPTS_MAX 4

struct attempts {
	int64_t t[ATTEMPTS_MAX]; /* in order */
	uint64_t n;
};

void attempts_put(struct attempts *a, int64_t time_ns, int64_t width_ns);

/* Whether one lies in [time - width, time]; without a time: whether there was
 * any. */
bool attempts_before(
    const struct attempts *a, int64_t time_ns, int64_t width_ns);

/* The last; TIME_NONE: none, or it had no time. */
int64_t attempts_last(const struct attempts *a);

#endif
