/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_TOOL_H
#define AGGREGATOR_GRAPH_TOOL_H

#include <stdio.h>

struct err;

/*
 * Another program that draws: its input and output are files, no shell is
 * between, and it ends: after TOOL_SECONDS, or with TOOL_MEMORY or TOOL_OUTPUT
 * bytes, it is killed.
 */
#define TOOL_SECONDS 120
#define TOOL_MEMORY (2LL << 30)
#define TOOL_OUTPUT (256LL << 20)

/*
 * package:  which one has it, for whoever has not.
 * limit_ms: 0: TOOL_SECONDS.
 */
struct tool {
	const char *const *argv; /* NULL at the end */
	const char *package;
	int limit_ms;
};

/*
 * Run it with what was written to 'in' (from its beginning) as its input and
 * 'out' as its output; both are left at their ends.  Returns 0; -1 with 'e'
 * (EX_UNAVAILABLE): it is not installed, or what it complained about.
 */
int tool_run(const struct tool *t, FILE *in, FILE *out, struct err *e);

#endif
