/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_GATHER_H
#define AGGREGATOR_STORE_GATHER_H

#include "aggregator/store/block.h"

#include <stdint.h>

struct gather;

/*
 * Messages one behind the other as one piece with common dictionaries, up to
 * what a block may hold.  Returns NULL when memory is out; about 13 MiB when
 * it was used for full blocks.
 */
struct gather *gather_new(void);
void gather_free(struct gather *g);

struct gather_message {
	int64_t id, received_ns;
	const char *sensor;
	const struct batch *records; /* at least one; sound */
};

/* Append, copied.  Returns 1; 0 when it does not fit any more (it always does
 * after a reset); -1 when memory is out. */
int gather_put(struct gather *g, const struct gather_message *m);

/* Its addresses in ascending order, which is how they lie in a block.  Then
 * nothing can be put until the reset.  Returns 0, or -1 when memory is out. */
int gather_sort(struct gather *g);

/* Borrowed until the next put, reset or free. */
const struct block_rows *gather_view(struct gather *g);
void gather_reset(struct gather *g);

#endif
