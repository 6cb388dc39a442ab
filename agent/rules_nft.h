/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_RULES_NFT_H
#define AGENT_RULES_NFT_H

#include "agent/rules_text.h"

#include <stdint.h>

struct err;

/*
 * The program nft, run without a shell and found in /usr/sbin, /sbin, /usr/bin
 * and /bin only.  All return 0; -1 with 'e' saying what nft said
 * (EX_UNAVAILABLE: no nft, or no nf_tables; EX_NOPERM).
 */

/* Load 'script' as one transaction. */
int rules_nft_load(const char *script, struct err *e);

/* The handles of our tables, as in rules_families; 0: not there. */
struct rules_tables {
	uint64_t handle[RULES_FAMILIES];
};
int rules_nft_tables(struct rules_tables *out, struct err *e);

/* Our tables as nft lists them, one after the other; the caller frees. */
int rules_nft_list(const struct rules_tables *t, char **text, struct err *e);

/* The packets counted by our tables' counters, by how their names begin. */
struct rules_sums {
	uint64_t seen, blind;
};
int rules_nft_counters(struct rules_sums *out, struct err *e);

#endif
