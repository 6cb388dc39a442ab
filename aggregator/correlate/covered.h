/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_COVERED_H
#define AGGREGATOR_CORRELATE_COVERED_H

#include "common/site.h"

#include <stdint.h>

struct covered;
struct rd;
struct wr;

/* Since when what is known of a honeypot is complete. */

/* site: borrowed.  NULL: no memory. */
struct covered *covered_new(const struct site *site);
void covered_free(struct covered *c);

/* There is something of 'time_ns': where nobody says more, knowledge begins
 * with the first. */
void covered_see(struct covered *c, int64_t time_ns);

/* A sensor began at 'since_ns', or missed something until then.  A name that
 * the site does not know changes nothing. */
void covered_since(struct covered *c, const char *sensor, int64_t since_ns);

/*
 * Since when before 'at_ns', which may lie as far back as a vector's window;
 * TIME_NONE: up to now.  Of several sensors the one that knows longest.
 * TIME_NONE: not known.
 */
int64_t covered_begin(
    const struct covered *c, const struct addr *honeypot, int64_t at_ns);

/* For snapshots, see snapshot.h. */
#define COVERED_VERSION 2
void covered_save(const void *c, struct wr *w);
int covered_load(void *c, struct rd *r);

#endif
