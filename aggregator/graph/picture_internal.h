/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_PICTURE_INTERNAL_H
#define AGGREGATOR_GRAPH_PICTURE_INTERNAL_H

#include "aggregator/graph/picture.h"

/* For picture*.c only. */

/* Client, server and port of some links that are drawn alike. */
struct drawn {
	struct who end[FIELDS];
	uint64_t records;
	int64_t first_ns, last_ns;
	bool first, second; /* which edges are drawn */
	bool outward;	    /* out of the honeynet */
};

struct drawing {
	struct drawn *row;
	size_t n;
};

/* How often each node of a part occurs: sorted by who. */
struct tally_one {
	struct who who;
	uint64_t records;
	uint64_t members; /* of a network */
	bool outward, telling;
	bool kept; /* network: it is drawn; server: it is in a first edge */
	struct who becomes;
};

struct tally {
	struct tally_one *one;
	size_t n;
};

/* Returns 0, or -1 when memory is out; tally_fini() in either case. */
int tally_count(
    struct tally *t, const struct drawing *d, enum property_part part);
void tally_fini(struct tally *t);
/* NULL: it does not occur. */
struct tally_one *tally_find(const struct tally *t, const struct who *w);

/* Say for each what it becomes, so that there are no more than 'top'.  site:
 * NULL: home is not known. */
int tally_roll(struct tally *t, enum property_part part, size_t top,
    const struct site *site);

/* The rows that a property file changes or leaves out: clusters, invisible
 * ones, thresholds.  Returns 0, or -1 with 'e'. */
int picture_apply(struct picture *p, struct drawing *d,
    const struct properties *props, struct err *e);

/* How nodes and edges look; 'd' is what they were made of. */
int picture_look(struct picture *p, const struct drawing *d,
    const struct picture_options *o, struct err *e);

/* The index of 'w' in the picture's nodes. */
size_t picture_find(const struct picture *p, const struct who *w);

#endif
