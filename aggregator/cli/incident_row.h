/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_INCIDENT_ROW_H
#define AGGREGATOR_CLI_INCIDENT_ROW_H

#include "aggregator/format/format.h"
#include "common/alert.h"

#define EVIDENCE_COLUMNS 6

/* An incident as a row, with its evidence as rows of their own. */
struct incident_row {
	struct cell cell[LAYOUT_COLUMNS_MAX];
	struct cell evidence[EVIDENCE_MAX * EVIDENCE_COLUMNS];
};

extern const struct layout incident_layout;

/* The row borrows from 'i'. */
void incident_row(struct incident_row *out, const struct incident *i);

#endif
