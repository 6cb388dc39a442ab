/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_FILES_HOLD_H
#define AGGREGATOR_CLI_FILES_HOLD_H

#include "aggregator/source/merge.h"

#include <stdbool.h>
#include <stddef.h>

struct err;
struct held;

/* Records that were read already, but not for good.  No more than
 * HELD_MAX. */
#define HELD_MAX 65536

/* NULL: no memory. */
struct held *held_new(void);
void held_free(struct held *h);

/* A copy of 'r' at the end.  False: there is no room. */
bool held_put(struct held *h, const struct record *r, size_t file);

/* From the beginning, each once; borrowed until held_free().  NULL: the
 * end. */
const struct record *held_next(struct held *h, size_t *file);

#endif
