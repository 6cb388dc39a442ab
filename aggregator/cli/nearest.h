/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_NEAREST_H
#define AGGREGATOR_CLI_NEAREST_H

#include <stddef.h>

/*
 * For "did you mean": the best of the names that were shown to it.  Start
 * with a zeroed struct; 'best' is borrowed, NULL when nothing came near.
 */
struct nearest {
	const char *best;
	size_t distance;
};

void nearest_try(struct nearest *n, const char *word, const char *name);

#endif
