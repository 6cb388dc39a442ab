/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SLIDING_LIST_H
#define AGGREGATOR_CORRELATE_SLIDING_LIST_H

#include "aggregator/correlate/sighting.h"

#include <stdbool.h>
#include <stdint.h>

/* The connections of one window's key, in order of time; zeroed it is empty. */
struct sliding_event {
	struct sighting s;
	struct addr what;  /* of which different ones are counted */
	int64_t before_ns; /* the one before it of the same 'what' */
	int64_t counts;	   /* it was told of; a flag without holes */
};

struct sliding_list {
	struct sliding_event *e;
	uint32_t n, room;
};

void sliding_list_fini(struct sliding_list *l);

/* Copied, where its time belongs.  Returns false: no memory. */
bool sliding_list_put(struct sliding_list *l, const struct sliding_event *e);
void sliding_list_remove(struct sliding_list *l, uint32_t i);

/* That of 'c'; l->n: it is not there. */
uint32_t sliding_list_find(
    const struct sliding_list *l, const struct connection *c);

/* Remove what is older than 'width_ns' at 'newest_ns'. */
void sliding_list_prune(
    struct sliding_list *l, int64_t newest_ns, int64_t width_ns);

/*
 * Of three of the same 'what' within one width the middle one decides nothing:
 * a window that holds it holds one of the others.  Remove such middle ones,
 * but for those behind which one later than 'until_ns' stands.
 */
void sliding_list_thin_out(struct sliding_list *l, const struct addr *what,
    int64_t width_ns, int64_t until_ns);

/* How many different things there are in [t - width, t], where t is the time
 * of 'i'. */
uint32_t sliding_list_different(
    const struct sliding_list *l, uint32_t i, int64_t width_ns);

#endif
