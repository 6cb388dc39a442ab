/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_DICT_H
#define AGGREGATOR_STORE_DICT_H

#include "common/record.h"

#include <stddef.h>
#include <stdint.h>

/* A bounded list of different texts, each shorter than NAME_TEXT_MAX. */
struct dict {
	const char **text; /* borrowed until reset */
	size_t n, max;
	/* dict.c's */
	char (*store)[NAME_TEXT_MAX];
	uint32_t *slot; /* open addressing; index plus 1 */
	size_t slots;
	uint8_t key[16];
};

#define DICT_FULL UINT32_MAX

/* Returns 0, or -1 when memory is out (then dict_fini() is harmless). */
int dict_init(struct dict *d, size_t max);
void dict_fini(struct dict *d);
void dict_reset(struct dict *d);

/* The index of 'text', which joins if it is new; what is too long is cut.
 * DICT_FULL when there is no room. */
uint32_t dict_index(struct dict *d, const char *text);

#endif
