/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_RANKS_H
#define AGGREGATOR_GRAPH_RANKS_H

#include "common/addr.h"

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * Addresses as numbers from 1 on, in their order: IPv4, then IPv6.  All that
 * occur in a picture share one sequence, so that a host has the same number
 * on each axis, and neighbours have numbers side by side; as psad does it.
 * Zeroed: empty.
 */
#define RANKS_MAX (1 << 22) /* 16 bytes each */

struct ranks {
	struct addr *addr;
	size_t n, room;
	size_t sorted; /* so many are, and different */
};

/* Returns 0; -1 with 'e': EX_DATAERR when there are more than RANKS_MAX. */
int ranks_add(struct ranks *r, const struct addr *a, struct err *e);
/* After the last one. */
void ranks_ready(struct ranks *r);
void ranks_fini(struct ranks *r);

/* From 1; 0: it was never added. */
uint64_t ranks_of(const struct ranks *r, const struct addr *a);

#endif
