/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_RULES_H
#define AGENT_RULES_H

#include "agent/config.h"

#include <stdint.h>
#include <stdio.h>

struct err;
struct rules;

/*
 * The nft rules that feed the NFLOG groups: tables "synhive" of the families
 * inet, netdev and, with 'home', bridge.  No other table is ever touched.
 * What they hold is said in rules_text.h; --print-rules shows it.
 *
 * All need nft (EX_UNAVAILABLE without it), CAP_NET_ADMIN (EX_NOPERM) and
 * nf_tables in the kernel (EX_UNAVAILABLE).
 */

/* Print what would be loaded, for "nft -f".  Returns 0; -1 with 'e'. */
int rules_print(const struct agent_config *c, FILE *out, struct err *e);

/*
 * What the log rules counted, and which table it was.
 *
 * counted_before: SYNs, answers and refusals that the rules of this table
 *                 counted before the groups of this run were bound, so that
 *                 nobody could have read them in this run.  Whatever they
 *                 count afterwards, this run receives or counts as lost.
 *                 RULES_APPLY: exact.  RULES_CHECK: a few too small, by what
 *                 came between rules_begin() and the binding.
 * table_id:       another one when the table was made anew (and its counters
 *                 began at zero); all zero: RULES_OFF.
 */
#define RULES_TABLE_ID_BYTES 16

struct rules_counts {
	uint64_t counted_before;
	uint8_t table_id[RULES_TABLE_ID_BYTES];
};

/*
 * Make a start whose losses are exact, in this order:
 *
 *     nflog_group_try() for each group: nobody else reads it
 *     rules_begin()   rules that count, and log nothing
 *     nflog_group_open() for each group
 *     rules_arm()     rules that count and log
 *
 * Tables that stand already keep their counters if they differ in nothing but
 * rules, home and devices; else they are made anew.  The rules stay when the
 * process ends, whichever way, and go on counting; after rules_begin() alone
 * they log nothing until the next start.
 *
 * RULES_CHECK only compares (EX_CONFIG with the line that differs) and reads;
 * RULES_OFF does nothing.
 *
 * rules_begin() returns NULL with 'e' set, rules_arm() 0 or -1 with 'e'.
 */
struct rules *rules_begin(const struct agent_config *c, struct err *e);
int rules_arm(struct rules *r, struct rules_counts *out, struct err *e);
void rules_free(struct rules *r);

/*
 * Compare what stands with what should.  Returns 0 when all is there; -1
 * with 'e' naming the table, the chain and the line that is missing,
 * different or too much (EX_CONFIG).
 */
int rules_check(const struct agent_config *c, struct err *e);

/* Remove our tables.  It is no error when they are not there. */
int rules_remove(struct err *e);

/* "applied", "checked", "off": for Hello and heartbeats. */
const char *rules_mode_text(enum rules_mode mode);

#endif
