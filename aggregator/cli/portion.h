/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_PORTION_H
#define AGGREGATOR_CLI_PORTION_H

#include <stddef.h>
#include <stdint.h>

struct batch;
struct err;
struct files;
struct keep;
struct portions;

/* Records that follow each other in one file: as many as are put into the
 * pipeline at once. */
struct portion {
	const char *sensor;
	const struct batch *records;
	int64_t first_ns; /* of the first; TIME_NONE: it has no time */
	int64_t clock_ns; /* where time is behind them; TIME_NONE: unknown */
};

/*
 * All records of 'f', read ahead in a thread of its own.  Until
 * portions_next() said 0 or -1, or portions_close() returned, 'f' and 'keep'
 * are that thread's.
 *
 * keep: where each record goes, too; NULL: nowhere.
 * Returns NULL with 'e': EX_OSERR.
 */
struct portions *portions_open(
    struct files *f, struct keep *keep, struct err *e);
void portions_close(struct portions *p);

/* The next portion, borrowed until the next call.  Returns 1; 0: that was all;
 * -1 with 'e' as keep_put(). */
int portions_next(struct portions *p, struct portion *out, struct err *e);

#endif
