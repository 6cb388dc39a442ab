/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_FLOWROW_H
#define AGGREGATOR_SOURCE_FLOWROW_H

#include "aggregator/source/fields.h"
#include "aggregator/source/stamp.h"
#include "common/record.h"

/* One line of another tool: a flow, or both halves of a connection. */
struct flowrow {
	struct record record; /* without flags */
	uint64_t back_packets, back_octets;
	struct cursor flags, state, history; /* as they stand there */
};

/*
 * Read 'f' by 'c'.  No column for the time: the record has none.  A field that
 * is empty or "-" counts as unknown where that can be.  Returns NULL, or why
 * it cannot be read.
 */
const char *flowrow_read(const struct columns *c, const struct fields *f,
    struct calendar *k, struct flowrow *out);

/*
 * The same for a line below a header that may be damaged: if they do not have
 * as many columns, or the line makes no sense by 'c', the known orders are
 * tried.  orders, names: as of columns_read().
 */
const char *flowrow_read_below(const struct columns *c,
    const char *const *orders, const struct field_name *names,
    const struct fields *f, struct calendar *k, struct flowrow *out);

/* The other half of 'r': ends changed, with these counts. */
struct record flowrow_back(
    const struct record *r, uint64_t packets, uint64_t octets);

#endif
