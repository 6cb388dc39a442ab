/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_STORE_SCAN_INTERNAL_H
#define AGGREGATOR_STORE_STORE_SCAN_INTERNAL_H

#include "aggregator/store/store_internal.h"
#include "common/filter_rows.h"

struct query;

/* What store_scan.c and store_scan_piece.c share. */
struct store_scan {
	char *dir;
	struct store_query query;
	struct addr *host;
	struct filter_rows *filter; /* NULL: every row is meant */
	struct days days;
	size_t next; /* of days: to be opened when 'day' is done */
	struct day *day;
	int64_t at;	      /* id in it that was told last */
	struct store_pos end; /* the last that is told */
	struct workshop shop;
	uint32_t *sensor; /* BLOCK_ROWS_MAX */
	/* Of the block, or the messages, at hand. */
	uint8_t *match; /* BLOCK_ROWS_MAX */
	size_t matched;
	bool known;
	size_t taken; /* bytes read since what the kernel mapped was let go */
	uint64_t damaged;
	struct store_pos last_damaged;
};

/* So much of a file is mapped at a time; then the transaction ends, too. */
#define SCAN_TAKEN_MAX ((size_t)32 << 20)

/* As store_scan_next(), within the day and a transaction: the next piece of
 * its blocks, or of what is in none yet.  2: no piece, but let go and go on. */
int scan_next_block(
    struct store_scan *sc, struct store_chunk *out, struct err *e);
int scan_next_loose(
    struct store_scan *sc, struct store_chunk *out, struct err *e);

#endif
