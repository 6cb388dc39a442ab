/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_DB_INTERNAL_H
#define AGGREGATOR_STORE_DB_INTERNAL_H

#include "aggregator/store/db.h"

#include <sqlite3.h>
#include <stdbool.h>

/* What db.c and query.c share. */
struct db {
	sqlite3 *h;
	char *path;
	enum db_mode mode;
	const struct db_schema *schema;
	sqlite3_stmt **st; /* by number; NULL: not prepared yet */
	bool open;	   /* within a transaction */
	bool undone;	   /* it failed, and nobody said db_commit() yet */
};

/* SQLite's code as a sentence.  Returns -1. */
int db_fail(const struct db *db, int rc, struct err *e);
int db_exec(struct db *db, const char *sql, struct err *e);

#endif
