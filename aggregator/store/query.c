/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/db.h"
#include "aggregator/store/db_internal.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct query
query_start(struct db *db, size_t statement)
{
	struct query q = {.db = db};

	if (db->st[statement] == NULL)
		q.rc = sqlite3_prepare_v3(db->h, db->schema->sql[statement], -1,
		    SQLITE_PREPARE_PERSISTENT, &db->st[statement], NULL);
	q.st = db->st[statement];
	return q;
}

/* Keep what failed first. */
static void
keep(struct query *q, int rc)
{
	if (q->rc == SQLITE_OK)
		q->rc = rc;
}

void
query_i64(struct query *q, int64_t v)
{
	keep(q, sqlite3_bind_int64(q->st, ++q->place, v));
}

void
query_u64(struct query *q, uint64_t v)
{
	query_i64(q, (int64_t)v);
}

void
query_time(struct query *q, int64_t ns)
{
	if (ns == TIME_NONE)
		keep(q, sqlite3_bind_null(q->st, ++q->place));
	else
		query_i64(q, ns);
}

void
query_text(struct query *q, const char *v)
{
	keep(q, sqlite3_bind_text(q->st, ++q->place, v, -1, SQLITE_STATIC));
}

void
query_blob(struct query *q, const void *v, size_t len)
{
	keep(q, sqlite3_bind_blob64(
		    q->st, ++q->place, len == 0 ? "" : v, len, SQLITE_STATIC));
}

void
query_addr(struct query *q, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (a == NULL)
		keep(q, sqlite3_bind_null(q->st, ++q->place));
	else
		keep(q, sqlite3_bind_text(q->st, ++q->place,
			    addr_format(a, text), -1, SQLITE_TRANSIENT));
}

/* A transaction of which a part failed must not be committed. */
static int
fail(struct query *q, int rc, struct err *e)
{
	struct db *db = q->db;
	bool was_open = db->open;

	db_fail(db, rc, e);
	query_end(q);
	if (was_open && db->mode == DB_WRITE) {
		db_undo(db);
		db->undone = true;
	}
	return -1;
}

int
query_step(struct query *q, struct err *e)
{
	int rc = q->rc;

	if (q->db->undone)
		return err_set(
		    e, EX_TEMPFAIL, "%s: was undone before", q->db->path);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q->st);
	q->place = -1;
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		return fail(q, rc, e);
	query_end(q);
	return 0;
}

int
query_run(struct query *q, struct err *e)
{
	int rc = query_step(q, e);

	if (rc == 1)
		query_end(q);
	return rc == -1 ? -1 : 0;
}

void
query_end(struct query *q)
{
	if (q->st == NULL)
		return;
	sqlite3_reset(q->st);
	sqlite3_clear_bindings(q->st);
}

uint64_t
query_changes(const struct query *q)
{
	return (uint64_t)sqlite3_changes64(q->db->h);
}

int64_t
query_get_i64(struct query *q)
{
	return sqlite3_column_int64(q->st, ++q->place);
}

uint64_t
query_get_u64(struct query *q)
{
	return (uint64_t)query_get_i64(q);
}

int64_t
query_get_time(struct query *q)
{
	if (sqlite3_column_type(q->st, q->place + 1) == SQLITE_NULL) {
		q->place++;
		return TIME_NONE;
	}
	return query_get_i64(q);
}

const char *
query_peek_text(struct query *q)
{
	const unsigned char *v = sqlite3_column_text(q->st, ++q->place);

	return v == NULL ? "" : (const char *)v;
}

void
query_get_text(struct query *q, char *out, size_t size)
{
	snprintf(out, size, "%s", query_peek_text(q));
}

const void *
query_get_blob(struct query *q, size_t *len)
{
	const void *v = sqlite3_column_blob(q->st, ++q->place);

	*len = (size_t)sqlite3_column_bytes(q->st, q->place);
	return v;
}

bool
query_get_addr(struct query *q, struct addr *out)
{
	return addr_parse(query_peek_text(q), out) == 0;
}

void
query_get_bytes(struct query *q, void *out, size_t size)
{
	size_t len;
	const void *v = query_get_blob(q, &len);

	if (v != NULL && len == size)
		memcpy(out, v, size);
	else
		memset(out, 0, size);
}
