/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_RATE_H
#define AGGREGATOR_CORRELATE_RATE_H

#include "aggregator/correlate/sliding.h"

struct alert_sink;

/* What detectors share that count in a window: it comes first in what they
 * keep, and these do the rest. */
struct rate {
	struct sliding *sliding;
};

/* 'self' was allocated; it is freed and NULL returned when 'sliding' is NULL.
 */
void *rate_new(void *self, struct sliding *sliding);
void rate_free(void *self);
void rate_tick(void *self, int64_t now_ns, struct alert_sink *out);
void rate_save(const void *self, struct wr *w);
int rate_load(void *self, struct rd *r);
uint64_t rate_evicted(const void *self);

#endif
