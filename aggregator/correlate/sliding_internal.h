/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SLIDING_INTERNAL_H
#define AGGREGATOR_CORRELATE_SLIDING_INTERNAL_H

#include "aggregator/correlate/sliding.h"
#include "aggregator/correlate/sliding_list.h"

#include <stdint.h>

struct map;

/* What the sliding*.c share. */

/* What may get over the threshold, or just did. */
struct counting {
	struct sliding_list list;
	int64_t over_ns; /* the earliest v; TIME_NONE: not yet */
	int64_t newest_ns;
	int64_t touched_ns; /* the clock when one came */
};

/* Nothing that may still come makes v earlier. */
struct over {
	int64_t over_ns, newest_ns, touched_ns;
};

struct sliding {
	const struct site *site;
	struct map *counting; /* struct sliding_key -> struct counting */
	struct map *over;     /* struct sliding_key -> struct over */
	struct sensors *sensors;
	int64_t span_ns, quiet_ns;
	int64_t clock_ns;  /* TIME_NONE: not set yet */
	int64_t newest_ns; /* of all keys */
	uint64_t evicted;
	uint32_t n_events, max_events;
};

#endif
