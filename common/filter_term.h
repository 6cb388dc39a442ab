/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_TERM_H
#define COMMON_FILTER_TERM_H

#include "common/ports.h"
#include "common/ranges.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter_subject;
struct site;

/* One question of a filter, such as "dst port in [22, 6660-6669]". */

enum field {
#define FIELD(word, sided, values) FIELD_##word,
#define NUMBER(word, has) FIELD_##word,
#include "common/filter_fields.def"
#undef FIELD
#undef NUMBER
};

enum side {
	SIDE_EITHER,
	SIDE_SRC,
	SIDE_DST,
	SIDE_CLIENT,
	SIDE_SERVER,
};

/* What "flags" tells apart. */
enum packet_kind {
	KIND_SYN,
	KIND_SYNACK,
	KIND_RST,
};

enum comparison {
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
};

struct words {
	char **word;
	size_t n;
};

/*
 * Only what the field needs is filled.
 *
 * first, last: the ports, when they are one range and 'ports' is NULL.
 * bits:        of the enum's values; of a protocol's number: bits[n / 64].
 */
struct term {
	enum field field;
	enum side side;
	enum comparison comparison;
	uint16_t first, last;
	uint64_t number;
	uint64_t bits[4];
	struct ranges nets;
	struct ports *ports;
	struct words words;
};

void term_fini(struct term *t);

/* Whether the answer depends on which end is the client. */
bool term_is_oriented(const struct term *t);

/* client_is_src: looked at when the term is oriented. */
bool term_holds(const struct term *t, const struct filter_subject *s,
    bool client_is_src, const struct site *site);

/* The record's client is its source; for a reply it is the destination. */
bool subject_client_is_src(
    const struct filter_subject *s, const struct site *site);

#endif
