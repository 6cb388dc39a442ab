/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_TOLD_H
#define AGGREGATOR_CLI_TOLD_H

#include "common/alert.h"

#include <stddef.h>

struct err;
struct state;
struct told;

/* What a pipeline tells, of each thing the last that was said: many updates
 * become one row. */

/* state: where alerts and incidents are to be written; NULL: nowhere.
 * Returns NULL when memory is out. */
struct told *told_new(struct state *state);
void told_free(struct told *t);

/* Copied. */
void told_alert(struct told *t, const struct alert *a);
void told_incident(struct told *t, const struct incident *i);

/* Write what is not yet written.  Returns 0; -1 with 'e': no memory since
 * then, or as state_put_alert(). */
int told_finish(struct told *t, struct err *e);

/* The incidents in order of onset, then id: they belong to the caller now, and
 * so does the array.  NULL: there are none. */
struct incident *told_take(struct told *t, size_t *n);

#endif
