/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_TIMELINE_INTERNAL_H
#define AGGREGATOR_GRAPH_TIMELINE_INTERNAL_H

#include "aggregator/graph/timeline.h"

/* For timeline*.c only. */

/* Connections so near to each other that they are drawn as one. */
struct mark {
	uint32_t outcome[TIMELINE_OUTCOMES];
	int64_t first_ns, last_ns;
	uint16_t port; /* 0: several */
};

struct lane {
	struct addr peer;
	bool out;
	bool marked;
	uint64_t others; /* peers, of a lane that is theirs; else 0 */
	uint64_t events;
	int64_t first_ns;
	uint16_t port[TIMELINE_PORTS]; /* the busiest */
	size_t ports;		       /* all of them */
	struct mark *mark;	       /* TIMELINE_COLUMNS */
};

struct marked_peer {
	struct addr peer;
	bool out;
};

#define MARKED_MAX 64

struct timeline {
	struct links *links;
	size_t most[2]; /* lanes: inbound, outbound */
	struct marked_peer marked[MARKED_MAX];
	size_t n_marked;
	int64_t moment[TIMELINE_MOMENTS_MAX];
	size_t n_moment;
	int64_t first_ns, last_ns; /* drawn; then [first, last] */
	uint64_t events;
	struct lane *lane; /* inbound, then outbound; by first event */
	size_t n;
};

/* timeline_axis.c */

/* Distances of a scale that people read easily. */
struct scale {
	int64_t first_ns, step_ns;
};
struct scale scale_of(int64_t first_ns, int64_t last_ns, int64_t most);

#define TICK_TEXT 16
/* "19:00" or "19:00:05"; a whole day: "". */
const char *tick_clock(int64_t ns, int64_t step_ns, char out[static TICK_TEXT]);
const char *tick_date(int64_t ns, char out[static TICK_TEXT]);

#endif
