/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FORMAT_FORMAT_IMPL_H
#define AGGREGATOR_FORMAT_FORMAT_IMPL_H

#include "aggregator/format/format.h"

/* For the files format_<name>.c only: how a format is made. */
struct format {
	const char *name, *doc;
	/* Can it show such rows?  NULL: any. */
	bool (*takes)(const struct layout *l);
	/* Returns the format's own state, NULL when memory is out. */
	void *(*new)(FILE *to, const struct layout *l, bool color);
	/* Errors of writing stay in 'to'; -1 when memory is out. */
	int (*row)(void *self, const struct cell *cell);
	/* Hold nothing back any more. */
	void (*flush)(void *self);
	void (*free)(void *self);
};

/* A scalar or a list of names as text, not yet cleaned; "-" and the like are
 * the format's business: CELL_NULL and CELL_ROWS give "". */
const char *cell_print(const struct cell *c, char out[static FORMAT_TEXT_MAX]);

#endif
