/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_FOLLOW_H
#define AGGREGATOR_CLI_FOLLOW_H

struct err;
struct options;

/*
 * "alerts -f": print alerts as the feed brings them, until SIGINT, SIGTERM or
 * nobody reads any more.  Returns 0; -1 with 'e': EX_USAGE when it is not
 * said where to listen or who we are, EX_NOPERM when the aggregator does not
 * know our key, and as printer_row().
 */
int follow(const struct options *o, struct err *e);

#endif
