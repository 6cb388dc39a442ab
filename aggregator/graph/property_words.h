/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_PROPERTY_WORDS_H
#define AGGREGATOR_GRAPH_PROPERTY_WORDS_H

#include "aggregator/graph/property_internal.h"

/* For property*.c only: the words of an expression. */

/* Where the parser is. */
struct scanner {
	const char *at;
	const char *line; /* its first character: columns */
	unsigned int depth;
};

struct expr *expr_new(enum op op, struct err *e);
struct expr *expr_new_text(const char *s, size_t len, struct err *e);

/* Compile 'text' into 'x' (NULL: nothing is done); or 'x' is freed. */
struct expr *expr_set_pattern(
    struct expr *x, const char *text, bool ignore_case, struct err *e);

/* Complain about the word at the cursor.  Returns NULL. */
struct expr *scanner_bad(
    const struct scanner *c, const char *why, struct err *e);

void scanner_skip(struct scanner *c); /* blanks */
/* Is it there, behind blanks?  Then it is passed. */
bool scanner_take(struct scanner *c, const char *what);
/* The same, or 'x' is freed and NULL returned with 'e'. */
struct expr *scanner_expect(
    struct scanner *c, const char *what, struct expr *x, struct err *e);

bool scanner_is_word(char c);
bool scanner_is_quote(char c);
/* The text in quotes at the cursor. */
struct expr *scanner_quoted(struct scanner *c, struct err *e);

/* Nothing is nested deeper than the stack can bear; the caller gives 'depth'
 * back. */
bool scanner_enter(struct scanner *c, struct err *e);

/* property_operand.c: a constant, a variable or a function. */
struct expr *expr_parse_operand(struct scanner *c, struct err *e);
/* property_expr.c: operands side by side. */
struct expr *expr_parse_value(struct scanner *c, struct err *e);

#endif
