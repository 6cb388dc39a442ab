/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_BATCH_H
#define COMMON_BATCH_H

#include "common/record.h"

struct builder;

/*
 * Gathers records into columns until it is full.
 *
 * max_records: rows.  max_bytes: an upper bound of what wire_pack_batch()
 *              makes of them, without the message's head (WIRE_HEAD_MAX).
 * Returns NULL when memory is out.
 */
struct builder *builder_new(size_t max_records, size_t max_bytes);
void builder_free(struct builder *b);

/*
 * Add a record; its strings are copied.  Returns 0, or -1 when it does not
 * fit any more: take the view, reset, and put it again.  A record always
 * fits into an empty builder.
 */
int builder_put(struct builder *b, const struct record *r);

size_t builder_count(const struct builder *b);

/* Columns of what was put; borrowed until the next put, reset or free. */
const struct batch *builder_view(struct builder *b);

/* Forget the records.  Allocates nothing. */
void builder_reset(struct builder *b);

#endif
