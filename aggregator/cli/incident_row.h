/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_INCIDENT_ROW_H
#define AGGREGATOR_CLI_INCIDENT_ROW_H

#include "aggregator/cli/evidence_filter.h"
#include "aggregator/cli/vector_row.h"

#define EVIDENCE_COLUMNS 7
#define EPISODE_COLUMNS 6

struct episode_row {
	struct vector_row vector[VECTORS_MAX];
	struct cell cell[VECTORS_MAX * VECTOR_COLUMNS];
};

/* An incident as a row, with its evidence, episodes and vectors as rows of
 * their own: 2 MB. */
struct incident_row {
	struct cell cell[LAYOUT_COLUMNS_MAX];
	struct cell evidence[EVIDENCE_MAX * EVIDENCE_COLUMNS];
	char filter[EVIDENCE_MAX][EVIDENCE_FILTER_MAX]; /* of evidence */
	struct cell episodes[EPISODES_MAX * EPISODE_COLUMNS];
	struct episode_row episode[EPISODES_MAX];
};

extern const struct layout incident_layout;

/* The row borrows from 'i'. */
void incident_row(struct incident_row *out, const struct incident *i);

#endif
