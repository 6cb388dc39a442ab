/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_EXPLAIN_NEAR_H
#define AGGREGATOR_CLI_EXPLAIN_NEAR_H

#include "aggregator/correlate/connection.h"

#include <stddef.h>

/* How near a honeypot came to what a detector waits for. */

/* A connection of the honeypot, in short. */
struct near_row {
	int64_t start_ns;
	struct addr peer; /* the other end */
	uint16_t port;	  /* the server's */
	uint8_t direction, outcome;
	bool expected;
};

/* In order of time. */
struct near_rows {
	const struct near_row *out; /* the honeypot began them */
	size_t n_out;
	const struct near_row *in;
	size_t n_in;
	const struct site *site;
};

#define NEAR_TEXT_MAX 240

/* A sentence about what there was, for the detector of that name; "": none is
 * known. */
void near_text(const char *detector, const struct near_rows *r,
    char out[static NEAR_TEXT_MAX]);

#endif
