/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_FOLDED_H
#define AGGREGATOR_CORRELATE_FOLDED_H

#include "aggregator/correlate/connection.h"
#include "aggregator/correlate/seen.h"
#include "common/record.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What fold keeps of a connection, beside its tuple: a seventh of a struct
 * connection, because there are a million of them.
 */
struct folded {
	int64_t start_ns, last_ns;
	int64_t
	    touched_ns; /* fold's clock when a record of it came, or later */
	uint64_t packets_out, octets_out, packets_in, octets_in;
	struct seen seen;
	uint32_t uid;
	uint8_t direction, outcome; /* enums */
	bool has_uid : 1, guessed : 1, has_counts : 1, expected : 1;
	bool answer : 1, refusal : 1; /* seen */
};

/* Take an outcome over if it says more: an answer beats everything, the log
 * prefix a refusal (which the same firewall may send).  Returns whether. */
bool folded_outcome(struct folded *c, enum outcome o);

/* Widen [start, last].  Returns whether that changed it. */
bool folded_time(struct folded *c, int64_t time_ns);

/* The columns of row 'i' that fill in what was not known: uid.  Returns
 * whether something was. */
bool folded_uid(struct folded *c, const struct batch *b, size_t i);

/* Add the packets and octets of row 'i', from the client ('out') or from the
 * server. */
void folded_count(struct folded *c, const struct batch *b, size_t i, bool out);

#endif
