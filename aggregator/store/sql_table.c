/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/sql_internal.h"
#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* A table as one of SQLite's virtual ones, without a CREATE. */

#define ASKED_MAX 32

/* A constraint. */
struct asked {
	uint8_t column, op, list;
};

/* What SQLite hands from planning to reading, as its idxStr. */
struct plan {
	uint64_t used;
	struct asked asked[ASKED_MAX];
};

#define VALUES_MAX 4096 /* of all lists; a longer one is not passed on */

struct table {
	sqlite3_vtab base;
	struct sql *sql;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct sql *sql;
	void *rows; /* NULL: not begun */
	bool ended;
	struct sql_value *value; /* VALUES_MAX */
};

static struct sql *
sql_of(sqlite3_vtab *t)
{
	return ((struct table *)t)->sql;
}

static int
declare(sqlite3 *h, const struct sql_table *t)
{
	static const char *const kinds[] = {
	    [SQL_TEXT] = "TEXT",
	    [SQL_NUMBER] = "INTEGER",
	    [SQL_TIME] = "TEXT COLLATE " SQL_COLLATE_TIME,
	    [SQL_ADDR] = "TEXT COLLATE " SQL_COLLATE_ADDR,
	};
	sqlite3_str *s = sqlite3_str_new(h);
	char *text;
	int rc;

	for (size_t i = 0; i < t->n; i++)
		sqlite3_str_appendf(s, "%s\"%w\" %s",
		    i == 0 ? "CREATE TABLE x(" : ", ", t->column[i].name,
		    kinds[t->column[i].kind]);
	sqlite3_str_appendall(s, ")");
	text = sqlite3_str_finish(s);
	rc = text == NULL ? SQLITE_NOMEM : sqlite3_declare_vtab(h, text);
	sqlite3_free(text);
	return rc;
}

static int
connect(sqlite3 *h, void *arg, int argc, const char *const *argv,
    sqlite3_vtab **out, char **why)
{
	struct table *t = calloc(1, sizeof(*t));
	int rc;

	(void)argc;
	(void)argv;
	(void)why;
	if (t == NULL)
		return SQLITE_NOMEM;
	t->sql = arg;
	rc = declare(h, t->sql->table);
	if (rc != SQLITE_OK) {
		free(t);
		return rc;
	}
	sqlite3_vtab_config(h, SQLITE_VTAB_DIRECTONLY);
	*out = &t->base;
	return SQLITE_OK;
}

static int
disconnect(sqlite3_vtab *t)
{
	free(t);
	return SQLITE_OK;
}

/* --- planning --- */

/* Returns -1 for what we cannot use. */
static int
op_of(unsigned char op)
{
	switch (op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return SQL_EQ;
	case SQLITE_INDEX_CONSTRAINT_LT:
		return SQL_LT;
	case SQLITE_INDEX_CONSTRAINT_LE:
		return SQL_LE;
	case SQLITE_INDEX_CONSTRAINT_GT:
		return SQL_GT;
	case SQLITE_INDEX_CONSTRAINT_GE:
		return SQL_GE;
	default: /* LIKE, GLOB, OFFSET and what will be added */
		return -1;
	}
}

/* The comparison must be the column's own. */
static bool
is_ours(sqlite3_index_info *info, int i, enum sql_kind kind)
{
	const char *collation = sqlite3_vtab_collation(info, i);

	if (kind == SQL_TIME)
		return strcmp(collation, SQL_COLLATE_TIME) == 0;
	if (kind == SQL_ADDR)
		return strcmp(collation, SQL_COLLATE_ADDR) == 0;
	return kind == SQL_NUMBER || strcmp(collation, "BINARY") == 0;
}

static bool
is_usable(const struct sql_table *t, sqlite3_index_info *info, int i, int *op)
{
	int column = info->aConstraint[i].iColumn;

	*op = op_of(info->aConstraint[i].op);
	return info->aConstraint[i].usable && *op != -1 && column >= 0 &&
	       is_ours(info, i, t->column[column].kind);
}

/* A scan of everything costs as much as a million rows; a value asked for
 * saves most of it, a bound some. */
static void
set_cost(sqlite3_index_info *info, const struct asked *asked, int n)
{
	double rows = 1e6;

	for (int i = 0; i < n; i++)
		rows /= asked[i].op == SQL_EQ ? 20 : 3;
	info->estimatedRows = rows < 1 ? 1 : (sqlite3_int64)rows;
	info->estimatedCost = 1e4 + rows;
}

static int
make_plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct sql_table *t = sql_of(base)->table;
	struct plan *p = sqlite3_malloc(sizeof(*p));
	int n = 0, op;

	if (p == NULL)
		return SQLITE_NOMEM;
	*p = (struct plan){.used = info->colUsed};
	for (int i = 0; i < info->nConstraint && n < ASKED_MAX; i++) {
		if (!is_usable(t, info, i, &op))
			continue;
		p->asked[n] =
		    (struct asked){(uint8_t)info->aConstraint[i].iColumn,
			(uint8_t)op, (uint8_t)sqlite3_vtab_in(info, i, -1)};
		if (p->asked[n].list)
			sqlite3_vtab_in(info, i, 1);
		/* What we make of it is checked again. */
		info->aConstraintUsage[i].argvIndex = ++n;
	}
	info->idxNum = n;
	info->idxStr = (char *)p;
	info->needToFreeIdxStr = 1;
	set_cost(info, p->asked, n);
	return SQLITE_OK;
}

/* --- reading --- */

static int
open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	struct cursor *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->value = calloc(VALUES_MAX, sizeof(*c->value));
	if (c == NULL || c->value == NULL) {
		free(c);
		return SQLITE_NOMEM;
	}
	c->sql = sql_of(t);
	*out = &c->base;
	return SQLITE_OK;
}

static void
end(struct cursor *c)
{
	if (c->rows != NULL)
		c->sql->table->close(c->rows);
	c->rows = NULL;
	c->ended = true;
}

static int
close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	end(c);
	free(c->value);
	free(c);
	return SQLITE_OK;
}

/* A value as one of the column's kind; false when it is none: then the
 * constraint is SQLite's to check. */
static bool
convert(enum sql_kind kind, sqlite3_value *v, struct sql_value *out)
{
	const char *text;

	*out = (struct sql_value){.type = SQL_IS_TEXT};
	if (kind == SQL_NUMBER) {
		out->type = SQL_IS_INTEGER;
		out->integer = sqlite3_value_int64(v);
		return sqlite3_value_numeric_type(v) == SQLITE_INTEGER;
	}
	if (sqlite3_value_type(v) != SQLITE_TEXT)
		return false;
	text = (const char *)sqlite3_value_text(v);
	if (text == NULL || strlen(text) != (size_t)sqlite3_value_bytes(v))
		return false;
	out->text = text;
	if (kind == SQL_TIME)
		return *text != '@' && strlen(text) < TIME_TEXT_MAX &&
		       time_parse(text, &out->integer) == 0;
	return kind != SQL_ADDR || addr_parse(text, &out->addr) == 0;
}

/* Values of one constraint, behind those before it.  Returns how many; 0 when
 * it cannot be used. */
static size_t
take_values(
    struct cursor *c, const struct asked *asked, sqlite3_value *v, size_t at)
{
	enum sql_kind kind = c->sql->table->column[asked->column].kind;
	sqlite3_value *one;
	size_t n = 0;
	int rc;

	if (!asked->list)
		return at < VALUES_MAX && convert(kind, v, &c->value[at]);
	for (rc = sqlite3_vtab_in_first(v, &one); rc == SQLITE_OK;
	     rc = sqlite3_vtab_in_next(v, &one)) {
		/* Of a list, texts do not outlive the next value. */
		if (kind == SQL_TEXT || at + n == VALUES_MAX ||
		    !convert(kind, one, &c->value[at + n]))
			return 0;
		c->value[at + n++].text = NULL;
	}
	return n;
}

static int
next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	int rc = c->sql->table->next(c->rows, &c->sql->own);

	if (rc == 1)
		return SQLITE_OK;
	end(c);
	return rc == 0 ? SQLITE_OK : SQLITE_ERROR;
}

static int
filter(sqlite3_vtab_cursor *base, int n, const char *plan_text, int argc,
    sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	const struct plan *p = (const void *)plan_text;
	struct sql_constraint constraint[ASKED_MAX];
	size_t used = 0, at = 0;

	(void)n;
	end(c);
	for (int i = 0; i < argc; i++) {
		size_t values = take_values(c, &p->asked[i], argv[i], at);

		if (values == 0)
			continue;
		constraint[used++] = (struct sql_constraint){p->asked[i].column,
		    (enum sql_op)p->asked[i].op, c->value + at, values};
		at += values;
	}
	c->ended = false;
	c->rows = c->sql->table->open(
	    c->sql->table->arg, constraint, used, p->used, &c->sql->own);
	if (c->rows == NULL) {
		c->ended = true;
		return SQLITE_ERROR;
	}
	return next(base);
}

static int
at_end(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->ended;
}

static int
column(sqlite3_vtab_cursor *base, sqlite3_context *out, int i)
{
	struct cursor *c = (struct cursor *)base;
	struct sql_value v = {0};

	c->sql->table->value(c->rows, (size_t)i, &v);
	switch (v.type) {
	case SQL_IS_NULL:
		sqlite3_result_null(out);
		break;
	case SQL_IS_INTEGER:
		sqlite3_result_int64(out, v.integer);
		break;
	case SQL_IS_REAL:
		sqlite3_result_double(out, v.real);
		break;
	case SQL_IS_TEXT:
		sqlite3_result_text(out, v.text, -1, SQLITE_TRANSIENT);
		break;
	}
	return SQLITE_OK;
}

/* By it SQLite knows rows again that it read twice, for an OR. */
static int
rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	struct cursor *c = (struct cursor *)base;

	*out = c->sql->table->id(c->rows);
	return SQLITE_OK;
}

int
sql_add_table(struct sql *s)
{
	/* Without xCreate it is there by its name alone; without xUpdate it is
	 * read only. */
	static const sqlite3_module module = {
	    .iVersion = 1,
	    .xConnect = connect,
	    .xBestIndex = make_plan,
	    .xDisconnect = disconnect,
	    .xDestroy = disconnect,
	    .xOpen = open_cursor,
	    .xClose = close_cursor,
	    .xFilter = filter,
	    .xNext = next,
	    .xEof = at_end,
	    .xColumn = column,
	    .xRowid = rowid,
	};

	return sqlite3_create_module_v2(s->h, s->table->name, &module, s, NULL);
}
