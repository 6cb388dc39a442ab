/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_HOME_H
#define AGGREGATOR_SOURCE_HOME_H

#include "common/addr.h"
#include "common/record.h"

#include <stdbool.h>
#include <stddef.h>

struct home;

/*
 * Which networks are the honeynet's own, when nobody says: of whatever there
 * is in the log, one end is inside.  The kernel's hooks say which where the
 * log was written by the hosts themselves; else the fewest networks are taken
 * (/24 and /64, wider ones if these do not suffice) that have an end of nearly
 * everything.
 */

/* Records that are looked at; 40 bytes each. */
#define HOME_RECORDS_MAX 65536
#define HOME_NETS_MAX 16
#define HOME_WHY_MAX 200

/* NULL: no memory. */
struct home *home_new(void);
void home_free(struct home *h);

/* False: it has seen enough, and takes no more. */
bool home_put(struct home *h, const struct record *r);

/*
 * The guess, and how it came about: "an end of 99 % of 31,315 records lies
 * there".  Returns how many networks; 0: there was nothing to look at.
 */
size_t home_guess(struct home *h, struct net out[static HOME_NETS_MAX],
    char why[static HOME_WHY_MAX]);

#endif
