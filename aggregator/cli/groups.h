/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_GROUPS_H
#define AGGREGATOR_CLI_GROUPS_H

#include "aggregator/cli/group_field.h"
#include "aggregator/format/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct groups;

/*
 * Records and connections counted by what they have in some fields.  Memory
 * is bounded whatever comes: what finds no room is counted as left out.
 */

#define GROUP_KEY_MAX 4			    /* fields */
#define GROUPS_MAX (UINT32_C(1) << 17)	    /* about 30 MiB with four fields */
#define GROUP_PEERS_MAX (UINT32_C(1) << 20) /* about 50 MiB */
#define GROUP_NAMES_MAX (UINT32_C(1) << 14) /* different texts */

/* What can be counted. */
enum group_count {
	COUNT_RECORDS,
	COUNT_CONNECTIONS,
	COUNT_ATTEMPTS,
	COUNT_ANSWERED, /* connections */
	COUNT_REFUSED,
	COUNT_PEERS, /* different addresses at the open end; IPv6: /64 */
	COUNT_PACKETS,
	COUNT_OCTETS,
	GROUP_COUNTS
};

struct groups_about {
	enum group_field field[GROUP_KEY_MAX];
	size_t n_field;
	uint32_t counts; /* 1 << enum group_count: those that are shown */
	bool home_known;
};

/* Does it look at records, and at connections? */
bool groups_take_records(const struct groups_about *a);
bool groups_take_connections(const struct groups_about *a);

/* Returns 0, or -1: there is no such count. */
int group_count_find(const char *name, enum group_count *out);

/* NULL with 'e': no memory. */
struct groups *groups_new(const struct groups_about *a, struct err *e);
void groups_free(struct groups *g);

void groups_add(struct groups *g, const struct grouped *x);

/* Sort, the greatest first, or the one seen first.  Equal ones in the order of
 * their fields.  Returns 0, or -1 with 'e'. */
int groups_sort_by(struct groups *g, enum group_count by, struct err *e);
int groups_sort_by_first(struct groups *g, struct err *e);

size_t groups_number(const struct groups *g);
/* Whether any row knows that count. */
bool groups_know(const struct groups *g, enum group_count which);
/* Rows that found no room, and peers that were not remembered. */
uint64_t groups_left_out(const struct groups *g);
uint64_t groups_peers_left_out(const struct groups *g);

/* The columns, good as long as 'g'; and the 'i'-th row after sorting. */
const struct layout *groups_layout(const struct groups *g);
void groups_row(const struct groups *g, size_t i,
    struct cell cell[static LAYOUT_COLUMNS_MAX]);

#endif
