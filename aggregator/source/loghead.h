/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_LOGHEAD_H
#define AGGREGATOR_SOURCE_LOGHEAD_H

#include "aggregator/source/cursor.h"
#include "aggregator/source/stamp.h"

#include <stdbool.h>

/* What a line of a log has before its packet: "<6>Mar  8 20:16:44 black
 * kernel: [20474.050964] DROP IN=". */

/* "<6>", "<174>1 " */
void loghead_skip_priority(struct cursor *c);

/*
 * The first time anywhere in 'c', which moves behind it: grep puts the file's
 * name before it, a damaged line's end the rest of another one.
 */
bool loghead_find_stamp(struct cursor *c, struct stamp *out);

/* The log prefix in 'c', which begins behind the time.  has_host: a host's
 * and a program's name come first. */
struct cursor loghead_prefix(struct cursor c, bool has_host);

#endif
