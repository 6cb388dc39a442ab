/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FORMAT_FLOW_PRINT_H
#define AGGREGATOR_FORMAT_FLOW_PRINT_H

#include "aggregator/format/flow_columns.h"

#include <stdint.h>
#include <stdio.h>

/*
 * Rows as flow-tools' flow-print shows flows.  A connection is two flows, as
 * far as both ways were counted.
 */

/* A flow, in words: "-" where a value is not known. */
struct flow_row {
	char start[24], end[24];
	char src[ADDR_TEXT_MAX], dst[ADDR_TEXT_MAX];
	char sport[8], dport[8], proto[8], flags[8], in[8], out[8];
	char packets[24], octets[24];
};

typedef void flow_print_fn(FILE *to, const struct flow_row *r);

/* A printer's state: the header comes before the first row. */
struct flow_print {
	FILE *to;
	const char *header;
	flow_print_fn *print;
	struct flow_columns columns;
	bool begun;
};

/* What format_impl.h asks for; NULL: no memory. */
struct flow_print *flow_print_new(
    FILE *to, const struct layout *l, const char *header, flow_print_fn *print);
int flow_print_row(void *self, const struct cell *cell);
void flow_print_flush(void *self);

#endif
