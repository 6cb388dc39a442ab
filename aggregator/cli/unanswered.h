/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_UNANSWERED_H
#define AGGREGATOR_CLI_UNANSWERED_H

#include "common/filter.h"

#include <stdbool.h>
#include <stdint.h>

struct err;

/*
 * What the data cannot answer: rows that would match, or not, if they knew
 * what a filter asks for.
 *
 * filter: NULL when every row knows all of it: there is nothing to do then.
 * open:   rows of which the answer is not known, and what the first one lacks.
 * known:  there is a row of which it is, and that was asked for the like.
 */
struct unanswered {
	const struct filter *filter;
	const char *rows; /* "records" */
	uint64_t open;
	bool known;
	struct filter_gap gap;
};

/* f: NULL for none; borrowed. */
struct unanswered unanswered_init(const struct filter *f, const char *rows);

/* A row that was looked at. */
void unanswered_row(struct unanswered *u, const struct filter_subject *s);

/*
 * When no row matched, and none of those that matter knows: -1 with 'e'
 * (EX_DATAERR) naming the term, its column, and what is not known.  Else 0;
 * unknown rows are remarked.
 */
int unanswered_tell(
    const struct unanswered *u, uint64_t matched, struct err *e);

#endif
