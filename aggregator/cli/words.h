/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_WORDS_H
#define AGGREGATOR_CLI_WORDS_H

#include <stddef.h>

/* Text that grows; what does not fit is cut.  Zeroed: empty. */
#define WORDS_MAX 1000
struct words {
	char s[WORDS_MAX];
	size_t n; /* words */
};

/* 'sep' goes before each but the first. */
void words_add(struct words *w, const char *sep, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
