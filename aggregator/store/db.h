/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_DB_H
#define AGGREGATOR_STORE_DB_H

#include "common/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct err;
struct sqlite3_stmt;

/* One SQLite file, and the ways of house around it. */

enum db_mode {
	DB_READ,
	DB_WRITE
};

/* What a kind of file holds.  Constant. */
struct db_schema {
	int version;		/* PRAGMA user_version */
	int page_bytes;		/* PRAGMA page_size of a new file */
	const char *create;	/* makes the tables of an empty file */
	const char *const *sql; /* statements by number; prepared when used */
	size_t n_sql;
	/* upgrade[i]: from version i + 1 to the next; NULL with version 1. */
	const char *const *upgrade;
};

/*
 * DB_WRITE: the file is made when it is not there, and brought to our version
 * when it is of an older one, mode 0640; WAL that stays
 * readable for other users when the writer has stopped; a commit is durable.
 * Returns NULL with 'e': EX_NOINPUT no file, or one without tables yet
 * (DB_READ), EX_NOPERM, EX_CANTCREAT, EX_TEMPFAIL disk full or locked,
 * EX_DATAERR no database, damaged, or of a newer version (DB_READ: or of an
 * older one).
 */
struct db *db_open(const char *path, enum db_mode mode,
    const struct db_schema *schema, struct err *e);
void db_close(struct db *db);

const char *db_path(const struct db *db);

/*
 * A transaction; for DB_READ a snapshot.  When a statement fails within one
 * the whole is undone at once, and statements and db_commit() fail until it
 * was said again db_begin() or db_undo().
 */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_undo(struct db *db);

/* What was read and is mapped into memory (DB_READ); outside a transaction. */
void db_let_go(struct db *db);

/* Into a plain file without a WAL.  1: done, 0: somebody reads it just now,
 * -1 with 'e'. */
int db_finish(struct db *db, struct err *e);
/* Whether it is such a file.  0 or 1, -1 with 'e'. */
int db_is_finished(struct db *db, struct err *e);

/*
 * A statement that is being run: arguments are bound in their order, then
 * steps, columns are read in their order, then query_end() unless the last
 * step said 0 or -1.  What went wrong with an argument is told by the step.
 */
struct query {
	struct db *db;
	struct sqlite3_stmt *st;
	int rc;	   /* of the first thing that failed */
	int place; /* of the last argument or column */
};

struct query query_start(struct db *db, size_t statement);
void query_i64(struct query *q, int64_t v);
void query_u64(struct query *q, uint64_t v);
void query_time(struct query *q, int64_t ns);	 /* TIME_NONE: NULL */
void query_text(struct query *q, const char *v); /* borrowed until the end */
void query_blob(struct query *q, const void *v, size_t len); /* the same */
void query_addr(struct query *q, const struct addr *a); /* text; NULL: NULL */

int query_step(struct query *q, struct err *e); /* 1: a row, 0: end, -1 */
int query_run(struct query *q, struct err *e);	/* no rows: 0, -1 */
void query_end(struct query *q);
/* Rows that the last statement changed. */
uint64_t query_changes(const struct query *q);

int64_t query_get_i64(struct query *q);
uint64_t query_get_u64(struct query *q);
int64_t query_get_time(struct query *q);
/* Cut to 'size' - 1 bytes; NULL becomes "". */
void query_get_text(struct query *q, char *out, size_t size);
/* Borrowed until the next step or end; NULL when empty. */
const void *query_get_blob(struct query *q, size_t *len);
const char *query_peek_text(struct query *q); /* never NULL */
/* Whether there is one. */
bool query_get_addr(struct query *q, struct addr *out);
/* Exactly 'size' bytes; zeroes when there are others. */
void query_get_bytes(struct query *q, void *out, size_t size);

#endif
