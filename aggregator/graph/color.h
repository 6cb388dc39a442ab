/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_COLOR_H
#define AGGREGATOR_GRAPH_COLOR_H

#include <stdbool.h>

/*
 * Colours that people with any kind of colour blindness tell apart (Okabe and
 * Ito 2008, jfly.uni-koeln.de/color); black text is readable on all but blue.
 */
#define COLOR_ORANGE "#E69F00"
#define COLOR_SKY_BLUE "#56B4E9"
#define COLOR_GREEN "#009E73"
#define COLOR_YELLOW "#F0E442"
#define COLOR_BLUE "#0072B2"
#define COLOR_VERMILLION "#D55E00"
#define COLOR_PURPLE "#CC79A7"
#define COLOR_BLACK "#000000"
#define COLOR_GRAY "#BBBBBB"
#define COLOR_DARK_GRAY "#595959"

/* "#rrggbb", "#rrggbbaa", or a name that Graphviz knows. */
bool color_is_known(const char *name);

#endif
