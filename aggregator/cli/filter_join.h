/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_FILTER_JOIN_H
#define AGGREGATOR_CLI_FILTER_JOIN_H

#include <stdbool.h>
#include <stddef.h>

/* A text that was checked alone, so that its parentheses are its own. */
struct filter_part {
	const char *text; /* NULL, or of nothing: everything */
	bool negate;
};

/* All of them as one text, which the caller takes; NULL: no memory. */
char *filter_join(const struct filter_part *part, size_t n);

/* Is there nothing in it but blanks and comments? */
bool filter_is_empty(const char *text);

#endif
