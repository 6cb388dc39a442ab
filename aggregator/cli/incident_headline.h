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
 *
 * place: of the data, as typed_place() says it.
 */
void incident_headline(const struct incident *i, const struct loss *loss,
    const char *place, struct words *out);

#endif
