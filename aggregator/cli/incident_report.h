/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_INCIDENT_REPORT_H
#define AGGREGATOR_CLI_INCIDENT_REPORT_H

#include "common/alert.h"

struct err;
struct state;

/*
 * The report of one incident on stdout, for somebody who was woken up: the
 * first line says it all, the last ones what to type next.
 *
 * s: asked which sensors lost something.  Returns 0, or -1 with 'e'.
 */
int incident_report(const struct incident *i, struct state *s, struct err *e);

#endif
