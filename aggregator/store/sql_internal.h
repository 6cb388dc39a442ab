/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_SQL_INTERNAL_H
#define AGGREGATOR_STORE_SQL_INTERNAL_H

#include "aggregator/store/sql.h"
#include "common/err.h"

#include <sqlite3.h>

/* What sql.c, sql_table.c and sql_words.c share. */
struct sql {
	const struct sql_table *table;
	sqlite3 *h;
	sqlite3_stmt *st;
	const char *denied; /* what was asked for and is not allowed */
	struct err own;	    /* what the table's functions met with */
};

/* Make the table known to s->h.  Returns SQLite's code. */
int sql_add_table(struct sql *s);
/* How times and addresses are compared, and functions.  The same. */
int sql_add_words(struct sql *s);

#define SQL_COLLATE_TIME "synhive_time"
#define SQL_COLLATE_ADDR "synhive_address"

#endif
