/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_PORTS_H
#define COMMON_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define PORTS_WORDS (65536 / 64)

/* A set of ports; zeroed: empty. */
struct ports {
	uint64_t bit[PORTS_WORDS];
};

void ports_add(struct ports *p, uint16_t first, uint16_t last);

static inline bool
ports_have(const struct ports *p, uint16_t port)
{
	return p->bit[port / 64] >> (port % 64) & 1;
}

/*
 * Read the 'len' bytes of 'word', "22" or "6660-6669"; a byte that is no
 * digit, its end included, must follow them.  Returns 0, or -1.
 */
int port_range_parse(
    const char *word, size_t len, uint16_t *first, uint16_t *last);

/*
 * Read "22, 6660-6669 6697": numbers and ranges, separated by commas or
 * blanks; nothing is the empty set.  Returns 0; -1 with 'e' (EX_CONFIG)
 * naming the word that is wrong.
 */
int ports_parse(const char *text, struct ports *out, struct err *e);

#endif
