/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_ROWS_INTERNAL_H
#define COMMON_FILTER_ROWS_INTERNAL_H

#include "common/filter.h"
#include "common/filter_kernel.h"
#include "common/filter_parse.h"
#include "common/filter_rows.h"
#include "common/site.h"

/* What filter_rows.c and filter_rows_term.c share. */

/* Values of a column from first to last. */
struct interval {
	uint32_t first, last;
};

struct intervals {
	struct interval *at;
	size_t n;
};

/* More than these are looked up one by one. */
#define SWEPT_MAX 8

/* What of a filter depends on the rows at hand, or is made once. */
struct filter_rows {
	const struct filter *filter;
	const struct tree *tree;
	const struct site *site;
	bool needs_addrs, needs_sensors, asks_ports, oriented;
	uint32_t columns;
	bool *dear; /* by node: has a term that is asked row by row */
	/* By term: of networks, where they lie in the sorted addresses; of
	 * ports, which (when they are few). */
	struct intervals *part;
	struct intervals home;
	struct interval *interval; /* what the above point into */
	bool sorted;		   /* 'part' and 'home' are in use */
	size_t n_addr;		   /* of the sorted addresses */
	/* The piece at hand. */
	const struct rows *rows;
	size_t from, n;
	bool knows_clients;
	uint8_t client_is_src[PIECE];
};

/* The piece's values of a column that is there. */
#define AT(x, column) ((x)->rows->records->column + (x)->from)
/* NULL: all rows have the absent value. */
#define PIECE_OF(x, column)                                                    \
	((x)->rows->records->column == NULL ? NULL : AT(x, column))

/* Whether 't' is asked row by row, so that others had better be asked first. */
bool term_is_dear(const struct term *t);

/* What the addresses and ports (NULL: not known) of some rows say of them. */
bool rows_may_match(const struct filter_rows *x, const struct ports *ports);

/* Of each row of the piece whether its source is the client. */
const uint8_t *rows_clients(struct filter_rows *x);

/* The answers of a term for the piece; where 'wanted' is 0 they may be
 * anything. */
void rows_term(struct filter_rows *x, const struct term *t,
    const uint8_t *wanted, uint8_t *out);
/* The same of terms that ask for ends. */
void rows_address_term(struct filter_rows *x, const struct term *t,
    const uint8_t *wanted, uint8_t *out);
void rows_direction_term(struct filter_rows *x, const struct term *t,
    const uint8_t *wanted, uint8_t *out);
void rows_port_term(
    struct filter_rows *x, const struct term *t, enum side side, uint8_t *out);

#endif
