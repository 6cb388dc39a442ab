/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/blob.h"
#include "aggregator/store/db_internal.h"

int
blob_open(struct blob *b, struct db *db, const char *table, const char *column,
    int64_t row, struct err *e)
{
	int rc;

	*b = (struct blob){.db = db};
	rc = sqlite3_blob_open(db->h, "main", table, column, row, 0, &b->h);
	if (rc != SQLITE_OK) {
		db_fail(db, rc, e);
		blob_close(b);
		return -1;
	}
	b->len = (size_t)sqlite3_blob_bytes(b->h);
	return 0;
}

int
blob_read(struct blob *b, size_t at, size_t len, void *to, struct err *e)
{
	int rc = sqlite3_blob_read(b->h, to, (int)len, (int)at);

	if (rc == SQLITE_OK)
		return 0;
	b->failed = true;
	return db_fail(b->db, rc, e);
}

void
blob_close(struct blob *b)
{
	sqlite3_blob_close(b->h);
	b->h = NULL;
}
