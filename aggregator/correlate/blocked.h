/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_BLOCKED_H
#define AGGREGATOR_CORRELATE_BLOCKED_H

#include "common/record.h"

#include <stdbool.h>

/* Whether a log prefix says that the packet went no further: "INBLOCK",
 * "iptables denied: ".  NULL: no. */
bool blocked_says(const char *prefix);

/* The same for rows of one batch, asking once per name while it can. */
struct blocked {
	const struct batch *batch;
	uint64_t known, says; /* a bit for each of the first 64 names */
};

bool blocked_row(struct blocked *k, size_t row);

#endif
