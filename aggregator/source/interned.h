/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_INTERNED_H
#define AGGREGATOR_SOURCE_INTERNED_H

#include "common/record.h"

#include <stddef.h>

/* Log prefixes and devices as strings.  There are few of them, and the one
 * before is mostly the next one too.  Zeroed: empty. */
#define INTERNED_MAX 16

struct interned {
	char name[INTERNED_MAX][NAME_TEXT_MAX];
	size_t len[INTERNED_MAX];
	size_t n, next, last;
};

/* 'len' bytes as a string; NULL when there are none.  What cannot be shown
 * stays; what does not fit is cut.  Good until the next call: a pool for each
 * name that a record has. */
const char *interned_get(struct interned *s, const char *text, size_t len);

#endif
