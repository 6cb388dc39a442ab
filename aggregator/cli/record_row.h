/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_RECORD_ROW_H
#define AGGREGATOR_CLI_RECORD_ROW_H

#include "aggregator/format/format.h"
#include "common/record.h"

#include <stdint.h>

struct site;

#define FLAGS_TEXT_MAX 40

/* A record as a row.  Room for the texts that cells point to. */
struct record_row {
	struct cell cell[LAYOUT_COLUMNS_MAX];
	char flags[FLAGS_TEXT_MAX], proto[8];
};

extern const struct layout record_layout;

/*
 * site: for the direction; NULL: home is not known.  The row borrows from all
 * arguments.
 */
void record_row(struct record_row *out, const struct record *r,
    const char *sensor, int64_t received_ns, const struct site *site);

/* "SYN|ACK" */
const char *flags_text(uint8_t flags, char out[static FLAGS_TEXT_MAX]);
/* NULL: it is not known. */
const char *hook_text(uint8_t hook);

/* "tcp", or the number. */
const char *proto_text(uint8_t proto, char out[static 8]);

#endif
