/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_ORDERED_RECORDS_H
#define AGGREGATOR_CLI_ORDERED_RECORDS_H

struct err;
struct filter;
struct options;
struct place;

/* Print the records that 'f' (NULL: all) and the times choose, in order of
 * time.  Returns 0, or -1 with 'e'. */
int ordered_records(const struct place *p, const struct options *o,
    const struct filter *f, struct err *e);

#endif
