/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_MISSING_INTERNAL_H
#define AGGREGATOR_CORRELATE_MISSING_INTERNAL_H

#include "aggregator/correlate/missing.h"

/* What the missing*.c share. */

/* An expectation with a schedule. */
struct watched {
	const struct expectation *x;
	struct expectation_state s;
	struct alert a;
	bool told; /* 'a' */
	bool open; /* the window that was judged last is among those of 'a' */
};

struct missing {
	const struct site *site;
	struct alerts_sink sink;
	struct watched *watched;
	size_t n;
	int64_t newest_ns; /* connection or clock */
	int64_t hold_ns;   /* not judged before; TIME_NONE: no clock yet */
};

#endif
