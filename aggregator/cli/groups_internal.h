/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_GROUPS_INTERNAL_H
#define AGGREGATOR_CLI_GROUPS_INTERNAL_H

#include "aggregator/cli/groups.h"
#include "common/map.h"

/* Inside groups*.c only. */

/* A value in a key: no holes, so that keys compare as bytes. */
struct key_value {
	uint64_t type;
	union {
		struct addr addr;
		uint64_t number[2]; /* or a text's place in 'text' */
	} u;
};

struct group {
	uint64_t order; /* which one it was, from 0 */
	uint64_t count[GROUP_COUNTS];
	bool has_counts;
	int64_t first_ns, last_ns;
};

struct peer_key {
	uint64_t group; /* its order */
	struct addr addr;
};

struct text_key {
	char text[NAME_TEXT_MAX];
};

struct groups {
	struct groups_about about;
	enum group_end open;
	struct map *map;   /* key_value[n_field]: struct group */
	struct map *peers; /* struct peer_key: a byte */
	struct map *texts; /* struct text_key: its place in 'text' */
	const char **text; /* of 'texts' */
	struct group **sorted;
	size_t n_sorted;
	uint64_t left_out, peers_left_out;
	enum group_count by; /* while sorting */
	struct column column[LAYOUT_COLUMNS_MAX];
	enum group_count shown[GROUP_COUNTS];
	size_t n_shown;
	struct layout layout;
};

#endif
