/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_BLOB_H
#define AGGREGATOR_STORE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct err;
struct sqlite3_blob;

/*
 * A great value of one row, read in parts: only pages up to the last part are.
 * Within a transaction, and closed before its end.  Zeroed: closed.
 */
struct blob {
	struct db *db;
	struct sqlite3_blob *h;
	size_t len;
	bool failed; /* something could not be read */
};

/* Returns 0, or -1 with 'e'. */
int blob_open(struct blob *b, struct db *db, const char *table,
    const char *column, int64_t row, struct err *e);
/* 'at' + 'len' is not beyond b->len.  Returns 0, or -1 with 'e'. */
int blob_read(struct blob *b, size_t at, size_t len, void *to, struct err *e);
void blob_close(struct blob *b);

#endif
