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
extern const struct vocabulary vocabulary_outcomes;

/* What a number's unit makes of it. */
struct number_unit {
	const char *word;
	enum unit unit;
	uint64_t factor;
};

extern const struct number_unit number_units[]; /* up to a NULL word */
extern const char *const comparison_marks[];	/* up to NULL */
extern const char *const side_words[];		/* by enum side, ... */

#define WORD_AND "and"
#define WORD_OR "or"
#define WORD_NOT "not"
#define WORD_IN "in"
#define WORD_BY "by"

/* All that have a meaning of their own, marks and units too; NULL past the
 * last.  Some come twice: "in" has three. */
const char *filter_word(size_t i);

/* The index of the word in 'v', or -1. */
int vocabulary_find(const struct vocabulary *v, const struct token *t);

/* Read the word at hand as its bit.  Returns 0, or -1 with 'p->e'. */
int vocabulary_value(
    struct parser *p, struct term *t, const struct vocabulary *v);

void term_set_bit(struct term *t, unsigned int n);

#endif
