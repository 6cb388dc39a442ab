/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_ROWS_H
#define COMMON_FILTER_ROWS_H

#include "common/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct filter;
struct ports;

/*
 * A filter over columns: some rows at a time, and no record is made of them.
 * It selects the rows that filter_match() would.
 */
struct filter_rows;

/* f: borrowed.  Returns NULL with 'e' when memory is out. */
struct filter_rows *filter_rows_new(const struct filter *f, struct err *e);
void filter_rows_free(struct filter_rows *x);

/* The columns that it looks at: bits by their place in record_columns.def,
 * and behind these that of time. */
enum filter_column {
#define COLUMN(name, type, absent) FILTER_COLUMN_##name,
#include "common/record_columns.def"
#undef COLUMN
	FILTER_COLUMN_time,
};
uint32_t filter_rows_columns(const struct filter_rows *x);
/* Whether it looks at sensors. */
bool filter_rows_needs_sensors(const struct filter_rows *x);
/* Whether addresses must be there as such, in records->addr, even where they
 * are sorted. */
bool filter_rows_needs_addrs(const struct filter_rows *x);

/* The addresses of a batch, ascending as numbers, by words of 32 bits of which
 * the first is the highest. */
struct addr_words {
	const uint32_t *word[4];
	size_t n;
};

/*
 * What comes next.
 *
 * w:     its addresses, borrowed; NULL: in its records->addr, in any order.
 * ports: those that its packets go to; NULL: not known.
 * Returns whether any row with them could match.
 */
bool filter_rows_bind(struct filter_rows *x, const struct addr_words *w,
    const struct ports *ports);
/* Whether addresses, or ports, matter to it. */
bool filter_rows_asks_addrs(const struct filter_rows *x);
bool filter_rows_asks_ports(const struct filter_rows *x);

/* Rows to select from. */
struct rows {
	const struct batch *records;
	const uint32_t *sensor; /* per row: index into sensor_name; NULL: 0 */
	const char *const *sensor_name;
	size_t n_sensor; /* 0: no row has a sensor */
};

/* Set match[i] to 1 or 0 for each row.  Returns the number of ones. */
size_t filter_rows_match(
    struct filter_rows *x, const struct rows *r, uint8_t *match);

/* Whether filter_lacks() would say no to every one of them, as far as that is
 * cheap to know. */
bool filter_rows_know(const struct filter_rows *x, const struct rows *r);

#endif
