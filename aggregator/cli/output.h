/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_OUTPUT_H
#define AGGREGATOR_CLI_OUTPUT_H

#include "aggregator/cli/options.h"
#include "aggregator/format/format.h"

#include <stdbool.h>
#include <stdint.h>

struct err;

/*
 * What a verb answers: rows in the chosen format on stdout, or with --count
 * their number.
 */
struct output {
	struct printer *printer; /* NULL: only counted */
	uint64_t rows;
};

/* Returns 0, or -1 with 'e' when memory is out. */
int output_open(struct output *out, const struct options *o,
    const struct layout *layout, struct err *e);
int output_row(struct output *out, const struct cell *cell, struct err *e);
/* After the last row.  As printer_flush(). */
int output_finish(struct output *out, struct err *e);
/* Also after a failure. */
void output_close(struct output *out);

/* Are colours wanted, and does stdout show them? */
bool output_color(const struct options *o);

/* A line on stdout, cleaned as a table's cell is. */
void output_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A remark for a person on stderr: nothing that a program must read. */
void remark(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Is a person looking at a table? */
bool output_is_table(const struct options *o);

#endif
