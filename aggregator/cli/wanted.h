/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_WANTED_H
#define AGGREGATOR_CLI_WANTED_H

#include "aggregator/cli/hidden.h"
#include "aggregator/cli/unanswered.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct filter;
struct options;
struct site;

/* Which records an answer is about: the filter, the times, and what must be
 * said of the others. */
struct wanted {
	const struct options *opt;
	const struct filter *filter;
	uint64_t untimed; /* matched, but nobody knows when */
	struct hidden hidden;
	struct unanswered unanswered;
};

/* All borrowed.  Returns 0, or -1 with 'e'. */
int wanted_open(struct wanted *w, const struct options *o,
    const struct site *site, const struct filter *f, struct err *e);
void wanted_close(struct wanted *w);

bool wanted_record(struct wanted *w, const struct filter_subject *s);
/* The same of one that was counted before. */
bool wanted_again(const struct wanted *w, const struct filter_subject *s);

/* After the last one, 'rows' of which were wanted.  Returns 0; -1 with 'e':
 * EX_DATAERR, the data cannot answer. */
int wanted_check(const struct wanted *w, uint64_t rows, struct err *e);
/* After the answer: what was left out, and why. */
void wanted_say(const struct wanted *w);

#endif
