/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_VECTOR_ROW_H
#define AGGREGATOR_CLI_VECTOR_ROW_H

#include "aggregator/format/format.h"
#include "common/alert.h"

#define VECTOR_COLUMNS 15

/* A vector as a row, with what its cells point to. */
struct vector_row {
	struct cell cell[VECTOR_COLUMNS];
	struct reasons pro, contra;
	char filter[VECTOR_FILTER_MAX];
};

extern const struct layout vector_layout;

/* rank: from 1. */
void vector_row(struct vector_row *out, const struct vector *v, size_t rank,
    int64_t onset_ns);

/* The same for a person: who, where, when; what speaks for it and against.
 * place: of the data, as typed_place() says it. */
void vector_say(
    const struct vector *v, size_t rank, int64_t onset_ns, const char *place);

#endif
