/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_HIDDEN_H
#define AGGREGATOR_CLI_HIDDEN_H

#include "aggregator/correlate/connection.h"
#include "common/filter.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct options;
struct place;

/*
 * Rows that an expectation explains are not shown, and counted by which one.
 * They are when --all was given, or when the filter asks for "expected"
 * itself.
 */
struct hidden {
	const struct site *site; /* NULL: nothing is hidden */
	uint64_t *count;	 /* of each expectation */
};

/* f: NULL for none.  Returns 0, or -1 with 'e'. */
int hidden_open(struct hidden *h, const struct place *p,
    const struct options *o, const struct filter *f, struct err *e);
void hidden_close(struct hidden *h);

/* Is this row, which matches otherwise, not to be shown? */
bool hidden_record(struct hidden *h, const struct filter_subject *s);
bool hidden_connection(struct hidden *h, const struct connection *c);
/* One connection of an alert is known: it speaks for all when they have one
 * honeypot and one peer. */
bool hidden_alert(struct hidden *h, const struct alert *a);

/* How many rows of 'b' are not to be shown. */
uint64_t hidden_in_batch(struct hidden *h, const struct batch *b);

/* Say how many rows which expectation hides, if any. */
void hidden_say(const struct hidden *h);

#endif
