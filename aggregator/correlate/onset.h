/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ONSET_H
#define AGGREGATOR_CORRELATE_ONSET_H

#include "common/clock.h"

#include <stdint.h>

/*
 * When a honeypot began unexplained connections, for as long as they may
 * still be the onset of a fall.  Of each piece of time the first and the last
 * are kept, whatever the order in which they come; so where more than two
 * lie in the piece that a question begins in, the answer may be late by a
 * piece at most.
 */
#define ONSET_WINDOW_NS NS_PER_HOUR
#define ONSET_PIECE_NS (15 * NS_PER_SEC)
#define ONSET_PIECES 242 /* an hour of them, the one it begins in, a spare */

struct onset {
	struct {
		int64_t first_ns, last_ns; /* 0: none; nothing is of 1970 */
	} piece[ONSET_PIECES];
};

/* TIME_NONE is not kept. */
void onset_put(struct onset *o, int64_t time_ns);

/* The earliest in [from, to]; TIME_NONE: none. */
int64_t onset_earliest(const struct onset *o, int64_t from_ns, int64_t to_ns);

#endif
