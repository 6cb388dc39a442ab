/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_TREE_H
#define AGGREGATOR_CLI_TREE_H

#include "aggregator/store/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct tree;

/*
 * The attacker's path: who came from outside to which honeypot, and from
 * there to which others.  The first steps are the likely doors of incidents,
 * the others what honeypots did to each other; only forward in time.
 */
#define TREE_EDGES_MAX 4096 /* 400 bytes each; more are counted */

struct tree_edge {
	char from[SITE_NAME_MAX]; /* name, or address */
	struct addr from_address;
	bool outside; /* it came from there */
	char to[SITE_NAME_MAX];
	struct addr to_address;
	int64_t time_ns; /* first; TIME_NONE: unknown */
	uint16_t port;	 /* of the first; 0: of many */
	uint64_t connections;
	bool pivot;		       /* seen to do it; else a likely door */
	enum vector_strength strength; /* of a door */
	enum severity severity; /* of the honeypot it leads to; 0: none */
	size_t depth;		/* from 1 */
	bool again;		/* what follows from there was told before */
};

/* Returns NULL with 'e'. */
struct tree *tree_read(struct state *s, struct err *e);
void tree_free(struct tree *t);

/* Its edges, each below the one that led to it.  Other than 0 ends it and is
 * returned. */
typedef int tree_fn(void *arg, const struct tree_edge *x);
int tree_walk(struct tree *t, tree_fn *fn, void *arg);

uint64_t tree_left_out(const struct tree *t);

#endif
