/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_INCIDENT_HEADLINE_H
#define AGGREGATOR_CLI_INCIDENT_HEADLINE_H

#include "aggregator/cli/words.h"
#include "common/alert.h"

/* What sensors and their way lost, as far as it is known. */
struct loss {
	uint64_t records;  /* lost by kernels, dropped from spools */
	uint64_t messages; /* missing */
};

/*
 * An incident in one line, for somebody who was woken up: the honeypot, what
 * it did, to whom, the likely door, how weak that evidence is, what was not
 * visible, the next command to type.
 */
void incident_headline(
    const struct incident *i, const struct loss *loss, struct words *out);

/* "host 10.0.0.1", or "host [10.0.0.1 10.0.0.2]" with the aliases. */
void incident_hosts(const struct incident *i, struct words *out);

#endif
