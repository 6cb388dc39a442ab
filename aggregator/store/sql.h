/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_SQL_H
#define AGGREGATOR_STORE_SQL_H

#include "common/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct sql;

/*
 * SQLite's language over a table whose rows somebody else has.  One SELECT,
 * nothing else: no other database, file, extension or setting is within its
 * reach, and what it may use of memory is bounded.  Besides SQLite's own
 * functions there is in_net(address, network).
 */

/* What a column holds.  Times and addresses are texts that are compared as
 * what they mean: "2005-02-26" is before "2005-02-26T00:00:01Z". */
enum sql_kind {
	SQL_TEXT,
	SQL_NUMBER,
	SQL_TIME,
	SQL_ADDR,
};

struct sql_column {
	const char *name;
	enum sql_kind kind;
};

#define SQL_COLUMNS_MAX 63

enum sql_type {
	SQL_IS_NULL,
	SQL_IS_INTEGER,
	SQL_IS_REAL,
	SQL_IS_TEXT,
};

struct sql_value {
	enum sql_type type;
	int64_t integer; /* of a time that is asked for: ns since 1970 */
	double real;
	const char *text; /* borrowed */
	struct addr addr; /* that is asked for */
};

enum sql_op {
	SQL_EQ, /* one of the values */
	SQL_LT,
	SQL_LE,
	SQL_GT,
	SQL_GE,
};

/* What is asked of a column: of one value, or of several with SQL_EQ. */
struct sql_constraint {
	size_t column;
	enum sql_op op;
	const struct sql_value *value;
	size_t n;
};

/*
 * The rows.
 *
 * open:  begin to read.  All of 'c' must hold of a row that is of interest:
 *        others may come, they are left out.  used: bit i for column i; others
 *        are not asked for.  NULL with 'e'.
 * next:  1: there is a row, 0: the end, -1 with 'e'.
 * id:    of the row at hand: the same whenever it comes, and no other row's.
 * value: of the row at hand; its text is borrowed until the next call.
 */
struct sql_table {
	const char *name;
	const struct sql_column *column;
	size_t n;
	void *arg;
	void *(*open)(void *arg, const struct sql_constraint *c, size_t n,
	    uint64_t used, struct err *e);
	int (*next)(void *cursor, struct err *e);
	int64_t (*id)(void *cursor);
	void (*value)(void *cursor, size_t column, struct sql_value *out);
	void (*close)(void *cursor);
};

/* t: borrowed.  Returns NULL with 'e'. */
struct sql *sql_open(const struct sql_table *t, struct err *e);
void sql_close(struct sql *s);

/*
 * Returns 0; -1 with 'e' (EX_USAGE) saying what is wrong, and where it is
 * known the column in 'text', counted in bytes from 1.
 */
int sql_prepare(struct sql *s, const char *text, struct err *e);

/* What it answers. */
size_t sql_columns(const struct sql *s);
const char *sql_name(const struct sql *s, size_t i); /* borrowed */
/* Whether it is a column of the table that holds numbers. */
bool sql_is_number(const struct sql *s, size_t i);

/* 1: a row, 0: the end, -1 with 'e'. */
int sql_step(struct sql *s, struct err *e);
/* Of the row; borrowed until the next step. */
void sql_get(struct sql *s, size_t i, struct sql_value *out);

#endif
