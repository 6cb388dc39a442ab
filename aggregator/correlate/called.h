/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_CALLED_H
#define AGGREGATOR_CORRELATE_CALLED_H

#include "aggregator/correlate/attempts.h"
#include "aggregator/correlate/connection.h"

#include <stdbool.h>
#include <stdint.h>

/* Ports of one host that are remembered at once. */
#define CALLED_PORTS_MAX 8

/* At which ports of a host a honeypot called it, and when; zeroed it is empty.
 * No holes, no pointers. */
struct called_port {
	struct attempts at;
	uint32_t port;
	uint32_t relay;
};

struct called {
	struct called_port port[CALLED_PORTS_MAX];
	uint64_t n;
};

/* That of the connection's port, which may be new; then the one that was quiet
 * for longest may have given way, which is counted. */
struct called_port *called_port(
    struct called *k, const struct connection *c, uint64_t *evicted);

/*
 * Whether it was called in the 'width_ns' before it was asked.  waits: the
 * question may turn out to have come earlier by less than half a second; then
 * only what that does not undo counts.
 */
bool called_counts(const struct called_port *p, int64_t asked_ns,
    int64_t width_ns, bool waits);

#endif
