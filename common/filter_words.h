/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_WORDS_H
#define COMMON_FILTER_WORDS_H

#include "common/filter_parse.h"

#define WORDS_MAX 8

/* Words that stand for bits: bit i is the i-th. */
struct vocabulary {
	const char *what;
	const char *word[WORDS_MAX];
	unsigned int bit[WORDS_MAX];
};

extern const struct vocabulary vocabulary_directions;
extern const struct vocabulary vocabulary_kinds;
extern const struct vocabulary vocabulary_hooks;
extern const struct vocabulary vocabulary_protos;

/* The index of the word in 'v', or -1. */
int vocabulary_find(const struct vocabulary *v, const struct token *t);

/* Read the word at hand as its bit.  Returns 0, or -1 with 'p->e'. */
int vocabulary_value(
    struct parser *p, struct term *t, const struct vocabulary *v);

void term_set_bit(struct term *t, unsigned int n);

#endif
