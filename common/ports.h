/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_PORTS_H
#define COMMON_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* A set of ports; zeroed: empty. */
struct ports {
	uint64_t bit[65536 / 64];
};

void ports_add(struct ports *p, uint16_t first, uint16_t last);

static inline bool
ports_have(const struct ports *p, uint16_t port)
{
	return p->bit[port / 64] >> (port % 64) & 1;
}

/*
 * Read "22, 6660-6669 6697": numbers and ranges, separated by commas or
 * blanks.  Returns 0; -1 with 'e' naming the word that is wrong.
 */
int ports_parse(const char *text, struct ports *out, struct err *e);

#endif
