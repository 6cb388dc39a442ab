/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_EXPECTED_SUGGEST_H
#define AGGREGATOR_CLI_EXPECTED_SUGGEST_H

struct err;
struct options;
struct place;

/*
 * "expected suggest": what left the honeynet three times or more, unexplained,
 * to the same server port of the same server.  As a table: sections that a
 * configuration takes as they are.  Returns 0; -1 with 'e': EX_CONFIG when
 * home is not known.
 */
int expected_suggest(
    const struct place *p, const struct options *o, struct err *e);

#endif
