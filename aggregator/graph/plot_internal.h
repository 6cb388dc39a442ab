/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_PLOT_INTERNAL_H
#define AGGREGATOR_GRAPH_PLOT_INTERNAL_H

#include "aggregator/graph/plot.h"

/* For plot*.c only. */

struct plot_key {
	uint64_t at[AXES_MAX];
};

struct plot_point {
	struct plot_key key;
	uint64_t records;
};

struct plot {
	struct map *map;	  /* key -> records */
	struct plot_point *point; /* sorted by plot_script() */
	size_t n;
	uint64_t left_out;
};

#endif
