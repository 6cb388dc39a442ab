/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_CONNECTION_ROW_H
#define AGGREGATOR_CLI_CONNECTION_ROW_H

#include "aggregator/correlate/connection.h"
#include "aggregator/format/format.h"

#include <stdbool.h>

/* A connection as a row.  Room for the texts that cells point to. */
struct connection_row {
	struct cell cell[LAYOUT_COLUMNS_MAX];
	char proto[8];
};

extern const struct layout connection_layout;

/* home_known: the direction means something.  The row borrows from 'c'. */
void connection_row(
    struct connection_row *out, const struct connection *c, bool home_known);

#endif
