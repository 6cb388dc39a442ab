/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_FOLD_STORE_H
#define AGGREGATOR_CLI_FOLD_STORE_H

#include "aggregator/cli/scan.h"
#include "aggregator/correlate/connection.h"

struct err;
struct options;
struct place;

/*
 * The store's records as connections, in the order in which they ended, from
 * somewhat before --since on.
 *
 * each: NULL, or given every piece of records first.
 * fn:   other than 0 ends it.  Returns 0, or -1 with 'e'.
 */
typedef int fold_store_fn(void *arg, const struct connection *c, struct err *e);
int fold_store(const struct place *p, const struct options *o, scan_fn *each,
    fold_store_fn *fn, void *arg, struct err *e);

#endif
