/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FORMAT_FLOW_COLUMNS_H
#define AGGREGATOR_FORMAT_FLOW_COLUMNS_H

#include "aggregator/format/format.h"

#include <stddef.h>

/* Formats of other tools know what a column means by its name. */

/* What they speak of, and how rows of records and of connections call it. */
enum flow_column {
	FLOW_SRC,
	FLOW_DST,
	FLOW_SPORT,
	FLOW_DPORT,
	FLOW_PROTO,
	FLOW_FLAGS,
	FLOW_START,
	FLOW_LAST,
	FLOW_IN,
	FLOW_OUT,
	FLOW_PACKETS,
	FLOW_OCTETS,
	FLOW_BACK_PACKETS, /* of connections: the server's */
	FLOW_BACK_OCTETS,
	FLOW_COLUMNS
};

#define COLUMN_NOWHERE ((size_t)-1)

struct flow_columns {
	size_t at[FLOW_COLUMNS]; /* index in the layout, or COLUMN_NOWHERE */
};

void flow_columns_find(struct flow_columns *out, const struct layout *l);

/* Do rows of this layout have two ends and a port? */
bool flow_columns_known(const struct layout *l);

/* The cell of a row; a null cell where there is no such column. */
struct cell flow_columns_get(const struct flow_columns *k,
    enum flow_column which, const struct cell *cell);

#endif
