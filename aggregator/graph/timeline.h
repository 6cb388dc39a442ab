/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_TIMELINE_H
#define AGGREGATOR_GRAPH_TIMELINE_H

#include "common/addr.h"
#include "common/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct timeline;

/*
 * One host and its peers: a lane a peer, in the order in which they first
 * came; inbound above the axis, outbound below.  Those that matter and the
 * busiest have lanes, the others share one.  Connections of a lane that are
 * nearer to each other than a mark is wide are one mark: memory does not grow
 * with their number.
 */
#define TIMELINE_COLUMNS 300
#define TIMELINE_LANES_IN 12 /* where it is not said */
#define TIMELINE_LANES_OUT 24
#define TIMELINE_LANES_MAX 200
#define TIMELINE_PORTS 3 /* that a lane names */
#define TIMELINE_MOMENTS_MAX 16
#define TIMELINE_OUTCOMES 5

struct timeline_event {
	struct addr peer;
	bool out; /* the host began it */
	uint16_t port;
	int64_t time_ns;
	enum outcome outcome;
};

/* lanes: in either direction; 0: the usual.  Returns NULL: no memory. */
struct timeline *timeline_new(size_t lanes);
void timeline_free(struct timeline *t);

/* What happened to the host: a line through all lanes. */
void timeline_moment(struct timeline *t, int64_t ns);
/* A peer that has a lane in any case, and is shown as one that matters. */
void timeline_mark(struct timeline *t, const struct addr *peer, bool out);

/* First learn all events, then say what time is drawn (TIME_NONE: theirs),
 * then put the same ones. */
void timeline_learn(struct timeline *t, const struct timeline_event *e);
int timeline_ready(struct timeline *t, int64_t since_ns, int64_t until_ns);
void timeline_put(struct timeline *t, const struct timeline_event *e);

uint64_t timeline_events(const struct timeline *t);

struct timeline_text {
	const char *title;
	const char *filter, *url; /* as dot_write() */
};

/* Errors of writing stay in 'to'. */
void timeline_svg(
    FILE *to, const struct timeline *t, const struct timeline_text *text);

#endif
