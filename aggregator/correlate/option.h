/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_OPTION_H
#define AGGREGATOR_CORRELATE_OPTION_H

#include "common/site.h"

#include <stddef.h>
#include <stdint.h>

struct err;

enum option_kind {
	OPTION_COUNT,	 /* "10" */
	OPTION_DURATION, /* "60s", in ns */
};

/* An option of a detector; a table of them ends with a NULL name. */
struct option {
	const char *name;
	enum option_kind kind;
	int64_t preset, min, max;
	size_t offset; /* of an int64_t in what is filled */
};

/* Fill 'out' with what 'table' presets. */
void option_presets(const struct option *table, void *out);

/*
 * Set what 'o' says in 'out', if 'table' has it.  Returns 1; 0: it is not in
 * the table; -1 with 'e' (EX_CONFIG): its value is no such thing, or out of
 * range.
 */
int option_set(const struct option *table, const struct detector_option *o,
    void *out, struct err *e);

#endif
