/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_IN_ORDER_H
#define AGGREGATOR_CLI_IN_ORDER_H

#include "common/record.h"

#include <stdint.h>

struct err;
struct place;
struct wanted;

/*
 * The wanted records of the store in order of time; those of one time, and
 * those without, in the order in which they were stored.  Memory is bounded:
 * of many records the store is read several times.
 */

#define IN_ORDER_MAX (UINT32_C(1) << 16) /* of which are held at once */

/* The record is borrowed; other than 0 stops, and is returned. */
typedef int in_order_fn(void *arg, const struct record *r, const char *sensor,
    int64_t received_ns, struct err *e);

/* max: IN_ORDER_MAX, or fewer in tests.  Returns 0, what 'fn' did, or -1 with
 * 'e'. */
int in_order(const struct place *p, struct wanted *w, uint32_t max,
    in_order_fn *fn, void *arg, struct err *e);

#endif
