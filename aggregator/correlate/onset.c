/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/onset.h"

#include <stdbool.h>

static int64_t
piece_of(int64_t time_ns)
{
	return time_ns / ONSET_PIECE_NS - (time_ns % ONSET_PIECE_NS < 0);
}

static size_t
slot_of(int64_t piece)
{
	int64_t slot = piece % ONSET_PIECES;

	return (size_t)(slot < 0 ? slot + ONSET_PIECES : slot);
}

void
onset_put(struct onset *o, int64_t time_ns)
{
	size_t slot = slot_of(piece_of(time_ns));
	int64_t *first = &o->piece[slot].first_ns;
	int64_t *last = &o->piece[slot].last_ns;
	int64_t known = piece_of(*last), mine = piece_of(time_ns);

	if (time_ns == TIME_NONE)
		return;
	if (known == mine) {
		*first = time_ns < *first ? time_ns : *first;
		*last = time_ns > *last ? time_ns : *last;
	} else if (mine > known) {
		*first = *last = time_ns;
	}
}

int64_t
onset_earliest(const struct onset *o, int64_t from_ns, int64_t to_ns)
{
	int64_t best = TIME_NONE;

	for (size_t i = 0; i < ONSET_PIECES; i++) {
		int64_t t = o->piece[i].first_ns;

		if (t < from_ns)
			t = o->piece[i].last_ns;
		if (t == 0 || t < from_ns || t > to_ns)
			continue;
		if (best == TIME_NONE || t < best)
			best = t;
	}
	return best;
}
