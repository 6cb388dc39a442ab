/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_ALERT_ROW_H
#define AGGREGATOR_CLI_ALERT_ROW_H

#include "aggregator/format/format.h"
#include "common/alert.h"

#include <stdbool.h>

/* An alert as a row. */
struct alert_row {
	struct cell cell[LAYOUT_COLUMNS_MAX];
};

extern const struct layout alert_layout;

/* update: it was published before.  The row borrows from 'a'. */
void alert_row(struct alert_row *out, const struct alert *a, bool update);

#endif
