/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_EXPLAIN_H
#define AGGREGATOR_CLI_EXPLAIN_H

#include "aggregator/correlate/connection.h"
#include "common/alert.h"

#include <stddef.h>

struct err;
struct explain;
struct options;

/*
 * Why an address was not reported: what it did, what was done to it, how near
 * each detector came, which expectations hid what.
 */

/* Connections each way that are looked at; more are only counted. */
#define EXPLAIN_CONNECTIONS_MAX 65536

/* site: borrowed.  NULL: no memory. */
struct explain *explain_new(const struct site *site, const struct addr *who);
void explain_free(struct explain *x);

/* Everything that the pipeline tells. */
void explain_connection(struct explain *x, const struct connection *c);
void explain_alert(struct explain *x, const struct alert *a);

/* The explanation on stdout: as text, or in rows.  incident: all there are.
 * Returns 0, or -1 with 'e' as printer_row(). */
int explain_print(struct explain *x, const struct incident *incident, size_t n,
    const struct options *o, struct err *e);

#endif
