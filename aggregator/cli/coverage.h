/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_COVERAGE_H
#define AGGREGATOR_CLI_COVERAGE_H

#include "aggregator/format/format.h"
#include "aggregator/pipeline.h"
#include "aggregator/source/merge.h"

#include <stddef.h>

/*
 * What an answer from files rests on, and what they cannot tell: which files
 * and times, what could not be read, which columns are missing.
 */

/* One file on stdout: what it is, what was counted, what was unreadable. */
void coverage_file(const struct source_about *a);

#define COVERAGE_MISSING_MAX 16
#define COVERAGE_TEXT_MAX 240

/* Sentences about what is missing in all files together. */
struct coverage_missing {
	char text[COVERAGE_MISSING_MAX][COVERAGE_TEXT_MAX];
	size_t n;
};
void coverage_missing(struct merge *m, const struct pipeline_counts *n,
    struct coverage_missing *out);

/* All of it on stdout, a heading before it. */
void coverage_print(struct merge *m, const struct pipeline_counts *n);

/* A file as cells; JSON. */
#define COVERAGE_COLUMNS 23
extern const struct layout coverage_layout;
/* The cells borrow from 'a'. */
void coverage_row(struct cell *out, const struct source_about *a);

extern const struct layout missing_layout; /* one column */

#endif
