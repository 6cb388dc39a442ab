/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_VECTOR_H
#define AGGREGATOR_CORRELATE_VECTOR_H

#include "aggregator/correlate/history.h"
#include "common/alert.h"

#include <stdbool.h>
#include <stddef.h>

/* What evidence says of a peer, beside that it came. */
struct vector_mark {
	struct addr peer; /* as counted */
	uint16_t port;	  /* that it tried; 0: the honeypot called it back */
	int64_t last_ns;  /* TIME_NONE: no times */
};

struct vector_query {
	const struct history *history;
	struct addr honeypot;
	struct moment onset;
	int64_t since_ns; /* what is known begins; TIME_NONE: nobody knows */
	const struct vector_mark *mark;
	size_t n_mark;
};

/*
 * Everybody who may have been the way in, the likeliest first: who opened a
 * connection to the honeypot in the 24 hours before its onset, but for the odd
 * ports that a visitor tried: those are what it did, not how it came.
 *
 * out: to be freed.  Returns 0, or -1: no memory.
 */
int vector_find(const struct vector_query *q, struct vector **out, size_t *n);

/*
 * The same into 'e'.  keep: what 'e' has was found when it was fresh, and
 * history may have forgotten: its facts count, only marks and rank may change.
 * Returns whether anything changed; without memory nothing does.
 */
bool vector_fill(const struct vector_query *q, bool keep, struct episode *e);

#endif
