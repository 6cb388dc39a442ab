/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_GRAPH_H
#define AGGREGATOR_CLI_GRAPH_H

#include "aggregator/cli/cli.h"
#include "aggregator/cli/hidden.h"
#include "aggregator/cli/place.h"
#include "aggregator/graph/opening.h"
#include "aggregator/store/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct err;

/* What the pictures of "synhive graph" share. */

enum graph_format {
	GRAPH_DOT = 1,
	GRAPH_SVG = 2,
	GRAPH_PNG = 4,
	GRAPH_GNU = 8,
};

struct graph {
	const struct options *opt;
	const struct place *place;
	const struct filter *filter; /* NULL: none */
	char *filter_text;	     /* as typed; "" */
	const char *word;	     /* what the picture is of: a timeline's */
	enum graph_format format;
	const char *url; /* of links; never NULL */
	size_t top;	 /* 0: not given */
	bool quiet;	 /* graph_openings() makes no remarks */
};

/* The pictures: one file each.  Return 0, or -1 with 'e'. */
int graph_links(const struct graph *g, struct err *e);
int graph_points(const struct graph *g, struct err *e);
int graph_timeline(const struct graph *g, struct err *e);

/*
 * The format that -o names, or what -O ends in: one of 'allowed' (or'ed).
 * Returns 0; -1 with 'e' (EX_USAGE).
 */
int graph_choose(const struct options *o, unsigned int allowed,
    enum graph_format *out, struct err *e);

/* All that was written to 'from' into the file 'path' ("-": standard output),
 * which is made or replaced only now.  Returns 0; -1 with 'e': EX_CANTCREAT,
 * EX_IOERR. */
int graph_save(FILE *from, const char *path, struct err *e);

/* --- records that open a connection, as the options choose them --- */

/* Other than 0 ends it. */
typedef int opening_fn(void *arg, const struct opening *x, struct err *e);

struct openings {
	uint64_t untimed; /* matched, but nobody knows when */
	struct hidden hidden;
};

/*
 * 'fn' for each SYN and flow that matches; answers and refusals are no
 * openings.  Says afterwards what expectations explain and what has no time.
 * Returns 0, what 'fn' did, or -1 with 'e'.
 */
int graph_openings(
    const struct graph *g, opening_fn *fn, void *arg, struct err *e);

#endif
