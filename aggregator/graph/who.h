/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_WHO_H
#define AGGREGATOR_GRAPH_WHO_H

#include "aggregator/graph/property.h"
#include "common/addr.h"

#include <stdint.h>

/* What a node of a picture stands for. */

enum who_kind {
	WHO_HOST,
	WHO_NET,   /* several hosts of it */
	WHO_NAME,  /* what a property file clusters */
	WHO_OTHER, /* the rest of a part */
	WHO_PORT,
};

/* Fields that the kind does not need are zero. */
struct who {
	enum who_kind kind;
	enum property_part part; /* OTHER */
	struct addr addr;
	uint8_t len; /* NET: bits of the prefix */
	uint8_t proto;
	uint16_t port;
	const char *name; /* NAME: interned */
};

int who_cmp(const struct who *a, const struct who *b);

/* As it stands in the picture: "11.11.79.67", "22", "53/udp",
 * "other clients". */
#define WHO_TEXT_MAX PROPERTY_TEXT_MAX
const char *who_text(const struct who *w, char out[static WHO_TEXT_MAX]);

/*
 * The filter that shows its records, as the given part; "" where there is
 * none (clusters and the rest).
 */
const char *who_filter(const struct who *w, enum property_part part,
    char out[static WHO_TEXT_MAX]);

/* Names, each kept once. */
#define NAMES_MAX 65536
struct name_list {
	char **name; /* sorted */
	size_t n;
};

/* The list's own copy of 's'; NULL when it is full, or memory is out. */
const char *name_list_add(struct name_list *l, const char *s);
void name_list_fini(struct name_list *l);

#endif
