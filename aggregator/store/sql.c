/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/sql.h"
#include "aggregator/store/sql_internal.h"
#include "common/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* What sorting and grouping hold in memory; the rest goes to temporary files.
 */
#define CACHE "PRAGMA cache_size = -65536; PRAGMA temp_store = FILE;"
/* Nothing that is read of a honeynet needs as much. */
#define HEAP_BYTES_MAX (INT64_C(1) << 30)

static const struct {
	int what, most;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024},
    {SQLITE_LIMIT_SQL_LENGTH, 65536},
    {SQLITE_LIMIT_COLUMN, 200},
    {SQLITE_LIMIT_EXPR_DEPTH, 200},
    {SQLITE_LIMIT_COMPOUND_SELECT, 50},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 0},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

/* --- what is allowed --- */

static const struct {
	int action;
	const char *word;
} words[] = {
    {SQLITE_INSERT, "INSERT"},
    {SQLITE_UPDATE, "UPDATE"},
    {SQLITE_DELETE, "DELETE"},
    {SQLITE_PRAGMA, "PRAGMA"},
    {SQLITE_ATTACH, "ATTACH"},
    {SQLITE_DETACH, "DETACH"},
    {SQLITE_TRANSACTION, "a transaction"},
    {SQLITE_SAVEPOINT, "SAVEPOINT"},
    {SQLITE_ANALYZE, "ANALYZE"},
    {SQLITE_REINDEX, "REINDEX"},
};

/* SQLite writes in its own tables for what seems to be something else. */
static const char *
word_of(int action, const char *table)
{
	if (table != NULL && sqlite3_strnicmp(table, "sqlite_", 7) == 0)
		return "that";
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].action == action)
			return words[i].word;
	return "that";
}

/* Functions that reach out of the query; none of them is marked as such. */
static bool
is_harmless(const char *function)
{
	static const char *const others[] = {"load_extension", "fts3_tokenizer",
	    "writefile", "readfile", "edit"};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (sqlite3_stricmp(function, others[i]) == 0)
			return false;
	return true;
}

static int
authorize(void *arg, int action, const char *a, const char *b,
    const char *database, const char *trigger)
{
	struct sql *s = arg;

	(void)database;
	(void)trigger;
	if (action == SQLITE_SELECT || action == SQLITE_READ ||
	    action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION && is_harmless(b))
		return SQLITE_OK;
	if (s->denied == NULL)
		s->denied = action == SQLITE_FUNCTION ? "that function"
						      : word_of(action, a);
	return SQLITE_DENY;
}

/* --- opening --- */

static int
declare(struct sql *s)
{
	char *text = sqlite3_mprintf("SELECT 1 FROM \"%w\"", s->table->name);
	sqlite3_stmt *st = NULL;
	int rc = text == NULL ? SQLITE_NOMEM
			      : sqlite3_prepare_v2(s->h, text, -1, &st, NULL);

	sqlite3_finalize(st);
	sqlite3_free(text);
	return rc;
}

static int
set_up(struct sql *s)
{
	int rc = sql_add_words(s);

	if (rc == SQLITE_OK)
		rc = sql_add_table(s);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->h, CACHE, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return rc;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		sqlite3_limit(s->h, limits[i].what, limits[i].most);
	sqlite3_db_config(s->h, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(s->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_hard_heap_limit64(HEAP_BYTES_MAX);
	/* Declaring the table would not be allowed later. */
	rc = declare(s);
	if (rc != SQLITE_OK)
		return rc;
	return sqlite3_set_authorizer(s->h, authorize, s);
}

struct sql *
sql_open(const struct sql_table *t, struct err *e)
{
	struct sql *s = calloc(1, sizeof(*s));
	int rc = SQLITE_NOMEM;

	if (s != NULL) {
		s->table = t;
		rc = sqlite3_open_v2(":memory:", &s->h,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY |
			SQLITE_OPEN_NOMUTEX,
		    NULL);
	}
	if (rc == SQLITE_OK)
		rc = set_up(s);
	if (rc == SQLITE_OK)
		return s;
	err_set(e, EX_OSERR, "SQLite: %s", sqlite3_errstr(rc));
	sql_close(s);
	return NULL;
}

void
sql_close(struct sql *s)
{
	if (s == NULL)
		return;
	sqlite3_finalize(s->st);
	sqlite3_close(s->h);
	free(s);
}

/* --- asking --- */

/* "; did you mean 'dport'?" for a column that there is not. */
static const char *
hint(const struct sql *s, const char *said, char out[static NEAREST_HINT_MAX])
{
	static const char unknown[] = "no such column: ";
	struct nearest near;

	*out = '\0';
	if (strncmp(said, unknown, strlen(unknown)) != 0)
		return out;
	said += strlen(unknown);
	near = nearest_to(said, strlen(said));
	for (size_t i = 0; i < s->table->n; i++)
		nearest_try(&near, s->table->column[i].name);
	return nearest_hint(&near, out);
}

static int
refuse(const struct sql *s, struct err *e)
{
	const char *said = sqlite3_errmsg(s->h);
	int at = sqlite3_error_offset(s->h);
	char near[NEAREST_HINT_MAX];

	if (s->denied != NULL)
		return err_set(e, EX_USAGE,
		    "%s is not allowed here: only SELECT is", s->denied);
	if (at < 0)
		return err_set(e, EX_USAGE, "%s%s", said, hint(s, said, near));
	return err_set(
	    e, EX_USAGE, "column %d: %s%s", at + 1, said, hint(s, said, near));
}

/* Is there anything behind the statement? */
static bool
is_more(struct sql *s, const char *tail)
{
	sqlite3_stmt *other = NULL;
	int rc = sqlite3_prepare_v2(s->h, tail, -1, &other, NULL);
	bool more = rc != SQLITE_OK || other != NULL;

	sqlite3_finalize(other);
	return more;
}

int
sql_prepare(struct sql *s, const char *text, struct err *e)
{
	const char *tail;
	int rc;

	sqlite3_finalize(s->st);
	s->st = NULL;
	s->denied = NULL;
	rc = sqlite3_prepare_v2(s->h, text, -1, &s->st, &tail);
	if (rc == SQLITE_TOOBIG)
		return err_set(e, EX_USAGE, "longer than 65536 bytes");
	if (rc != SQLITE_OK)
		return refuse(s, e);
	if (s->st == NULL)
		return err_set(e, EX_USAGE, "there is no statement in it");
	if (is_more(s, tail))
		return err_set(e, EX_USAGE,
		    "column %d: one statement at a time",
		    (int)(tail - text) + 1);
	if (!sqlite3_stmt_readonly(s->st) || sqlite3_stmt_isexplain(s->st) ||
	    sqlite3_column_count(s->st) == 0)
		return err_set(e, EX_USAGE, "only SELECT is allowed here");
	return 0;
}

size_t
sql_columns(const struct sql *s)
{
	return (size_t)sqlite3_column_count(s->st);
}

const char *
sql_name(const struct sql *s, size_t i)
{
	const char *name = sqlite3_column_name(s->st, (int)i);

	return name == NULL ? "?" : name;
}

bool
sql_is_number(const struct sql *s, size_t i)
{
	const char *type = sqlite3_column_decltype(s->st, (int)i);

	return type != NULL && strcmp(type, "INTEGER") == 0;
}

int
sql_step(struct sql *s, struct err *e)
{
	int rc;

	s->own = (struct err){0};
	rc = sqlite3_step(s->st);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	if (s->own.code != 0)
		return err_set(e, s->own.code, "%s", s->own.text);
	if (rc == SQLITE_NOMEM)
		return err_set(e, EX_OSERR, "it needs more memory than 1 GiB");
	if (rc == SQLITE_FULL || (rc & 0xff) == SQLITE_IOERR)
		return err_set(
		    e, EX_IOERR, "temporary file: %s", sqlite3_errmsg(s->h));
	return err_set(e, EX_USAGE, "%s", sqlite3_errmsg(s->h));
}

void
sql_get(struct sql *s, size_t i, struct sql_value *out)
{
	int at = (int)i;

	*out = (struct sql_value){.type = SQL_IS_NULL};
	switch (sqlite3_column_type(s->st, at)) {
	case SQLITE_INTEGER:
		out->type = SQL_IS_INTEGER;
		out->integer = sqlite3_column_int64(s->st, at);
		break;
	case SQLITE_FLOAT:
		out->type = SQL_IS_REAL;
		out->real = sqlite3_column_double(s->st, at);
		break;
	case SQLITE_BLOB:
	case SQLITE_TEXT:
		out->type = SQL_IS_TEXT;
		out->text = (const char *)sqlite3_column_text(s->st, at);
		if (out->text == NULL)
			out->text = "";
		break;
	default: /* SQLITE_NULL, all that is left */
		break;
	}
}
