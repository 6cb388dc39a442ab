/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_DOT_H
#define AGGREGATOR_GRAPH_DOT_H

#include <stdio.h>

struct picture;
struct properties;

struct dot_options {
	const char *caption;		     /* below it; "\n" between lines */
	const char *filter;		     /* of all records; NULL: none */
	const char *url;		     /* see href.h */
	const struct properties *properties; /* NULL: none */
};

/*
 * The picture for Graphviz: nodes, then edges, in their order.  Each has a
 * tooltip and a link to its records.  Errors of writing stay in 'to'.
 */
void dot_write(FILE *to, const struct picture *p, const struct dot_options *o);

#endif
