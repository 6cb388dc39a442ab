/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_FILES_H
#define AGGREGATOR_CLI_FILES_H

#include "aggregator/cli/cli.h"
#include "aggregator/source/merge.h"

#include <stdbool.h>
#include <stdint.h>

/* The files named on the command line, read as one stream, with a line on the
 * terminal that says how far it is. */
struct files {
	struct merge *merge;
	struct held *held; /* NULL: nothing is to be given again */
	bool shows;	   /* somebody looks at stderr */
	bool shown;
	uint64_t until_look;
	int64_t begun_ns, next_ns; /* of the monotonic clock */
};

/* Returns 0; -1 with 'e': EX_USAGE, and as merge_open(). */
int files_open(struct files *f, const struct cli *c, struct err *e);
void files_close(struct files *f);

/* As merge_next(). */
const struct record *files_next(struct files *f, size_t *file);

/*
 * Show the first records to 'fn', until it returns false or HELD_MAX came;
 * files_next() gives them too.  Returns 0; -1 with 'e': no memory.
 */
typedef bool files_fn(void *arg, const struct record *r);
int files_look(struct files *f, files_fn *fn, void *arg, struct err *e);

#endif
