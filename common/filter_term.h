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
#define FIELD(word, sided, values, scope) FIELD_##word,
#define QUANTITY(word, unit, scope) FIELD_##word,
#define NUMBER(word, unit, scope, has) FIELD_##word,
#define ALIAS(word, of)
#include "common/filter_fields.def"
#undef FIELD
#undef QUANTITY
#undef NUMBER
#undef ALIAS
	FIELDS
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

/* Numbers that a comparison holds for: each from first to last. */
struct span {
	uint64_t first, last;
};

struct spans {
	struct span *at;
	size_t n;
};

/* Times as numbers that are in the same order. */
static inline uint64_t
time_number(int64_t ns)
{
	return (uint64_t)ns ^ UINT64_C(1) << 63;
}

struct words {
	char **word;
	size_t n;
};

/*
 * Only what the field needs is filled.
 *
 * first, last: the ports, when they are one range and 'ports' is NULL.
 * bits:        of the enum's values; of a protocol's number: bits[n / 64].
 * place:       where it stands and what it says, for people.
 */
struct term {
	enum field field;
	enum side side;
	uint16_t first, last;
	uint64_t bits[4];
	struct ranges nets;
	struct ports *ports;
	struct words words;
	struct spans spans;
	char *place;
};

void term_fini(struct term *t);

/* Whether the answer depends on which end is the client. */
bool term_is_oriented(const struct term *t);

/* client_is_src: looked at when the term is oriented. */
bool term_holds(const struct term *t, const struct filter_subject *s,
    bool client_is_src, const struct site *site);

/* Whether what it asks for is known of 's': else it does not hold. */
bool term_is_known(const struct term *t, const struct filter_subject *s);
/* Whether there are records, or connections, of which it is not known. */
bool term_may_be_unknown(const struct term *t);

/* The record's client is its source; for a reply it is the destination. */
bool subject_client_is_src(
    const struct filter_subject *s, const struct site *site);

#endif
