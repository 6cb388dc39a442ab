/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_OPERATE_H
#define AGGREGATOR_CLI_OPERATE_H

#include "common/operation.h"

#include <stddef.h>

struct cli;
struct err;

/* The options of the verbs below. */
#define OPERATE_OPTIONS (OPTIONS_STORE | OPTIONS_CONTROL)

/*
 * Have the aggregator do 'o' to the incident that the first word of 'c'
 * means, for the reason that the words from 'reason' on are; and say what it
 * said.  Returns 0; -1 with 'e': EX_UNAVAILABLE no aggregator there,
 * EX_TEMPFAIL it does not answer, EX_NOPERM not allowed to, as
 * incident_find(), and what the aggregator refuses.
 */
int operate(
    const struct cli *c, struct operation *o, size_t reason, struct err *e);

#endif
