/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_LINKS_H
#define AGGREGATOR_GRAPH_LINKS_H

#include "common/addr.h"

#include <stddef.h>
#include <stdint.h>

struct err;
struct links;

/* Who called whom, on which port. */
struct link {
	struct addr client, server;
	uint16_t port; /* the server's; 0 where the protocol has none */
	uint8_t proto;
};

struct link_row {
	struct link link;
	uint64_t records;
	int64_t first_ns, last_ns; /* TIME_NONE: none has a time */
};

/*
 * Links counted, in bounded memory: when there are more than 'max' different
 * ones, the rarest half is forgotten, the oldest first among equals, and
 * counted.  The same records in the same order give the same.
 */
#define LINKS_MAX (1 << 18) /* 90 bytes each; a picture of them 900 */

/* Returns NULL when memory is out. */
struct links *links_new(uint32_t max);
void links_free(struct links *l);

void links_add(struct links *l, const struct link *x, int64_t time_ns);

/* All of them, by client, server, protocol and port: '*out' is the caller's to
 * free().  Returns 0, or -1 when memory is out. */
int links_rows(const struct links *l, struct link_row **out, size_t *n);

/* Records of links that were forgotten. */
uint64_t links_left_out(const struct links *l);

/* IPv4 before IPv6, each by number. */
int link_addr_cmp(const struct addr *a, const struct addr *b);

#endif
