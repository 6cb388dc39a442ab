/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_OPERATOR_H
#define AGGREGATOR_CORRELATE_OPERATOR_H

#include "common/alert.h"
#include "common/operation.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What an operator did to an incident, and what follows from it for the
 * evidence that comes later.
 */

/*
 * Do it.  'i' is left alone when it fails.
 *
 * by: the operator's name.  said: a sentence for the operator.
 * Returns "update" or "close", as the feed calls what happened; NULL with 'e'
 * (EX_USAGE) when it cannot be done to this incident.
 */
const char *operator_apply(struct incident *i, const struct operation *o,
    const char *by, int64_t now_ns, char said[static ERR_TEXT_MAX],
    struct err *e);

/*
 * Whether 'a' is more than 'i' is about: it was closed, and the alert goes on
 * after that.  Then operator_succeed() makes 'i', whose evidence was freed,
 * the empty beginning of the incident after it.
 */
bool operator_is_over(const struct incident *i, const struct alert *a);
void operator_succeed(struct incident *i);

/* When something began as far as 'i' is about it: not before the incident
 * that went before was closed. */
int64_t operator_since(const struct incident *i, int64_t time_ns);

#endif
