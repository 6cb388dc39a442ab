/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_FIELDS_H
#define AGGREGATOR_SOURCE_FIELDS_H

#include "aggregator/source/cursor.h"

#include <stddef.h>

/* Lines in columns: flows as other tools print them. */

#define FIELDS_MAX                                                             \
	96 /* nfdump 1.7 has 48, Zeek's conn.log with packages 30              \
	    */

struct fields {
	struct cursor f[FIELDS_MAX];
	size_t n;
};

/* At each 'separator'; what is behind the last of FIELDS_MAX is left out. */
void fields_split(struct cursor line, char separator, struct fields *out);

/* Words between blanks of any width; U+00A0 is a blank. */
void fields_words(struct cursor line, struct fields *out);

/* What a column may be. */
enum field {
	FIELD_TIME,
	FIELD_SRC,
	FIELD_DST,
	FIELD_SPORT,
	FIELD_DPORT,
	FIELD_PROTO,
	FIELD_FLAGS,
	FIELD_PACKETS,
	FIELD_OCTETS,
	FIELD_BACK_PACKETS, /* of the other direction */
	FIELD_BACK_OCTETS,
	FIELD_STATE,   /* Zeek's conn_state */
	FIELD_HISTORY, /* Zeek's history */
	FIELDS
};

#define COLUMN_NONE (-1)

/* Which column is what; COLUMN_NONE: there is none. */
struct columns {
	int at[FIELDS];
	size_t n; /* columns of the header; 0: it was none */
};

/* A column's name; a table ends with NULL. */
struct field_name {
	const char *name;
	enum field field;
};

/*
 * Columns from the line that names them.
 *
 * orders: how versions of the tool are known to order their columns, each a
 *         text of names with blanks between; ends with NULL.  The one that
 *         agrees with most of 'header' fills in for names that are damaged.
 * Returns whether 'header' names any columns.
 */
bool columns_read(const struct fields *header, const char *const *orders,
    const struct field_name *names, struct columns *out);

/* Columns of a known order. */
void columns_of(
    const char *order, const struct field_name *names, struct columns *out);

/* The field of a line; an empty cursor: it has none. */
struct cursor columns_get(
    const struct columns *c, const struct fields *f, enum field which);

#endif
