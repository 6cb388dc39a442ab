/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_ANALYSIS_H
#define AGGREGATOR_CLI_ANALYSIS_H

#include "aggregator/pipeline.h"

#include <stddef.h>
#include <stdint.h>

struct err;
struct explain;
struct files;
struct keep;

/*
 * Files through the correlator, without daemon or store: the same pipeline as
 * the aggregator's, with files as its source.
 */

/* What came of it; to be released with analysis_fini(). */
struct analysis {
	struct incident *incident; /* in order of onset, then id */
	size_t n;
	struct pipeline_counts counts;
};

struct analysis_options {
	const struct site *site;
	struct keep *keep;	 /* NULL: nothing is kept */
	struct explain *explain; /* NULL: nobody asked */
};

/*
 * Returns 0; -1 with 'e': no memory, as pipeline_new(), as keep_put().  With
 * 'keep', records, alerts and incidents are stored, too.
 */
int analysis_run(struct analysis *a, const struct analysis_options *o,
    struct files *f, struct err *e);
void analysis_fini(struct analysis *a);

#endif
