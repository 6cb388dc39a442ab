/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_PIPELINE_INTERNAL_H
#define AGGREGATOR_PIPELINE_INTERNAL_H

/* Between the files of the pipeline. */

#include "aggregator/pipeline.h"

struct pipeline {
	struct pipeline_sink sink;
	struct fold *fold;
	struct history *history;
	struct covered *covered;
	struct hold *hold;
	struct alerts *alerts;
	struct detect *detect;
	struct incidents *incidents;
	struct missing *missing;
	struct pipeline_counts counts;
	int64_t clock_ns; /* TIME_NONE: not told yet */
	bool live;
	bool muted;
};

/* Tell of what changed.  late: also of what only came in late. */
void pipeline_settle(struct pipeline *p, bool late);

#endif
