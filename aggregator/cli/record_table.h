/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_RECORD_TABLE_H
#define AGGREGATOR_CLI_RECORD_TABLE_H

#include "aggregator/format/format.h"
#include "aggregator/store/sql.h"

struct options;
struct place;

/*
 * The store's records as a table of SQL, with the columns of record_layout.
 * What is asked of times, ends, sensor and direction becomes a filter.
 */
struct record_table {
	const struct place *place;
	const struct options *opt;
	struct sql_column column[LAYOUT_COLUMNS_MAX];
	struct sql_table table; /* for sql_open() */
};

/* All borrowed; 'out' is not moved while it is in use. */
void record_table_init(
    struct record_table *out, const struct place *p, const struct options *o);

#endif
