/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_INCIDENT_HANDLED_H
#define AGGREGATOR_CLI_INCIDENT_HANDLED_H

#include "common/alert.h"

struct err;
struct state;

/* The part of an incident's report about what operators did; nothing when
 * they did nothing.  Returns 0, or -1 with 'e'. */
int incident_say_handled(
    const struct incident *i, struct state *s, struct err *e);

#endif
