/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_VECTOR_FIND_H
#define AGGREGATOR_CLI_VECTOR_FIND_H

#include "common/vector.h"

#include <stddef.h>
#include <stdint.h>

struct err;
struct place;

/*
 * Who may have been the way in if a honeypot fell at 'at_ns', from the stored
 * records of the 24 hours before; those of the 24 hours after say whom it
 * called back and who tried odd ports.
 *
 * honeypot: its primary address.  out: to be freed.
 * Returns 0, or -1 with 'e'.
 */
int vector_find_in_store(const struct place *p, const struct addr *honeypot,
    int64_t at_ns, struct vector **out, size_t *n, struct err *e);

#endif
