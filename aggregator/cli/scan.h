/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_SCAN_H
#define AGGREGATOR_CLI_SCAN_H

#include "aggregator/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct filter;
struct options;
struct place;

/* A question about more hosts opens everything. */
#define SCAN_HOSTS_MAX 64

/*
 * The store piece by piece, as far as 'f' (NULL: all) and the times allow;
 * rows that do not match come too.
 *
 * early_ns: begin so much before --since.
 * fn:       'chunk' is borrowed.  Other than 0 stops; -1 with 'e'.
 * Returns 0, what 'fn' did, or -1 with 'e' as store_scan_next().
 */
typedef int scan_fn(void *arg, const struct store_chunk *chunk, struct err *e);
int scan(const struct place *p, const struct options *o, const struct filter *f,
    int64_t early_ns, scan_fn *fn, void *arg, struct err *e);

/* The same, with chunk->match, and no pieces in which nothing matches. columns,
 * whole: as in struct store_query. */
int scan_matching(const struct place *p, const struct options *o,
    const struct filter *f, uint32_t columns, bool whole, scan_fn *fn,
    void *arg, struct err *e);

/* The sensor of row 'i', or NULL. */
const char *chunk_sensor(const struct store_chunk *c, size_t i);

/* Rows [from, from + n) of 'b' as a batch of their own, borrowed from it. */
struct batch batch_slice(const struct batch *b, size_t from, size_t n);

#endif
