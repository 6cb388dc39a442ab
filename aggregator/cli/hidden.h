/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_HIDDEN_H
#define AGGREGATOR_CLI_HIDDEN_H

#include "aggregator/correlate/connection.h"
#include "common/filter.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct expectation;
struct site;

/*
 * What expectations explain among the rows of an answer, counted by which one:
 * those that were left out because the filter asks for what is not expected,
 * else those that are shown.
 */
struct hidden {
	const struct site *site; /* NULL: nothing is expected */
	const struct filter *filter;
	bool leaves_out;
	uint64_t *count; /* of each expectation */
	uint64_t all;
};

/* f: NULL for none; borrowed, as is the site.  Returns 0, or -1 with 'e'. */
int hidden_open(struct hidden *h, const struct site *site,
    const struct filter *f, struct err *e);
void hidden_close(struct hidden *h);

/* A row that was looked at, and whether the filter matched it. */
void hidden_record(
    struct hidden *h, const struct filter_subject *s, bool matched);
void hidden_connection(
    struct hidden *h, const struct connection *c, bool matched);

/*
 * Whether an alert was about what is expected by now, and is left out.  One
 * connection of it is known: that speaks for all when they have one honeypot
 * and one peer.
 */
bool hidden_alert(struct hidden *h, const struct alert *a);

/* Say how many rows which expectation hides or explains, if any. */
void hidden_say(const struct hidden *h);

/* The first that explains the connection of a record, or NULL. */
const struct expectation *record_expected(
    const struct site *site, const struct filter_subject *s);
/* ... which it cannot, at least not row 'i' of 'b': cheap to know. */
bool record_is_unexpected(
    const struct site *site, const struct batch *b, size_t i);

#endif
