/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_PLOT_H
#define AGGREGATOR_GRAPH_PLOT_H

#include "aggregator/graph/axes.h"

#include <stdio.h>

/* Records as points: psad's files, and pictures by gnuplot. */

/* One row of psad's .dat: "1, 8, 6667  ### 1=11.11.79.67 8=209.128.98.147 ".
 */
void plot_dat(FILE *to, const struct axis_value *value, size_t n);

/* The commands that plot 'dat' into 'png', as psad writes them. */
void plot_gnu(FILE *to, const struct axes *x, const char *title,
    const char *dat, const char *png);

/* --- pictures --- */

/* Different points, of which no more are drawn than that; more are counted. */
#define PLOT_POINTS_MAX 20000

struct plot;

/* Returns NULL when memory is out. */
struct plot *plot_new(void);
void plot_free(struct plot *p);

void plot_add(struct plot *p, const struct axis_value *value, size_t n);
/* Records whose points did not find room. */
uint64_t plot_left_out(const struct plot *p);

/* After the last point: the script for gnuplot. */
enum plot_terminal {
	PLOT_SVG,
	PLOT_PNG,
};
void plot_script(FILE *to, struct plot *p, const struct axes *x,
    const char *title, enum plot_terminal t);

/*
 * What gnuplot made of plot_script(PLOT_SVG), with a title and a link for each
 * point.
 *
 * filter, url: as dot_write().
 */
void plot_link(FILE *from, FILE *to, const struct plot *p, const struct axes *x,
    const char *filter, const char *url);

#endif
