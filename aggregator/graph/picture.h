/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_PICTURE_H
#define AGGREGATOR_GRAPH_PICTURE_H

#include "aggregator/graph/who.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct link_row;
struct site;

/*
 * The link graph: clients (ovals) -> servers (rectangles) -> ports (circles).
 * A host that is both is one node, and an oval.
 *
 * So that it stays readable, only the 'top' nodes of a part are drawn one by
 * one.  Of more, two thirds stay: what is in a connection that leaves the
 * honeynet has up to half of these, the busiest have the rest.  The others are
 * drawn as the networks that most of them lie in, and what is left as one
 * node.  Nothing is lost by that: each record is in the edges.  Where 'top' is
 * not given, it is as large as it can be without more than PICTURE_EDGES edges.
 */
#define PICTURE_TOP 60 /* where it is not given: at most */
#define PICTURE_TOP_LEAST 12
#define PICTURE_EDGES 250
#define PICTURE_TOP_MAX 10000

struct picture_options {
	size_t top;			     /* 0: not given */
	const struct properties *properties; /* NULL: none */
	const struct site *site;	     /* NULL: home is not known */
};

struct node {
	struct who who;
	bool in[FIELDS]; /* as which part it appears */
	uint64_t records[FIELDS];
	uint64_t members[FIELDS]; /* hosts or ports that it stands for */
	char *color, *label;	  /* NULL: not yet */
	double size;		  /* of a property file; 0: none */
};

struct edge {
	size_t from, to; /* indices of nodes */
	bool second;	 /* server -> port; else client -> server */
	uint64_t records;
	int64_t first_ns, last_ns;
	char *color, *label; /* of a property file; NULL: none */
	double width;	     /* 0: none */
};

struct picture {
	struct node *node; /* clients, servers, ports; each by number */
	size_t n_node;
	struct edge *edge;
	size_t n_edge;
	uint64_t records; /* drawn */
	size_t top;	  /* what it became */
	bool sized;	  /* by a property file */
	double max_size[FIELDS];
	struct name_list names;
};

/* 'row' as by links_rows().  Returns NULL with 'e'. */
struct picture *picture_new(const struct link_row *row, size_t n,
    const struct picture_options *o, struct err *e);
void picture_free(struct picture *p);

/* The part that says how a node looks. */
enum property_part node_part(const struct node *n);

#endif
