/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_OUTBOUND_H
#define AGGREGATOR_CORRELATE_OUTBOUND_H

#include "aggregator/correlate/connection.h"

struct alert_sink;

/* What the detectors of outbound connections share: one alert for a honeypot
 * and server port, with the peers counted. */

/* The events they ask for. */
#define OUTBOUND_EVENTS                                                        \
	(1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |                     \
	    1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL)

/* They keep nothing but the site; NULL: no memory. */
struct outbound {
	const struct site *site;
};

void *outbound_new(const struct site *site, const void *options);
void outbound_free(void *self);

/* From a honeypot to somebody outside, and nobody explained it. */
bool outbound_unexplained(const struct connection *c);

void outbound_raise(const struct connection *c, enum connection_event event,
    enum severity severity, struct alert_sink *out);

/*
 * "combo (10.0.0.5) began 3 connections to SSH port 22 of 2 hosts outside."
 *
 * port: what the port is, with a blank behind it, or "".  weak: a sentence
 * that says why this may be nothing, with a blank before it, or "".
 */
void outbound_text(const struct alert *a, const char *port, const char *weak,
    char out[static ALERT_TEXT_MAX]);

#endif
