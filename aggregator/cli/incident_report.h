/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_INCIDENT_REPORT_H
#define AGGREGATOR_CLI_INCIDENT_REPORT_H

#include "common/alert.h"

struct err;
struct state;

/* More about what the answer rests on, as lines on stdout. */
typedef void report_more_fn(void *arg);

/*
 * The report of one incident on stdout, for somebody who was woken up: the
 * first line says it all, the last ones what to type next.
 *
 * s:    asked which sensors lost something; NULL: there is none.
 * place: of the data, as typed_place() says it, for the commands.
 * more: called before what to type next; NULL: nothing more is known.
 * Returns 0, or -1 with 'e'.
 */
int incident_report(const struct incident *i, struct state *s,
    const char *place, report_more_fn *more, void *arg, struct err *e);

#endif
