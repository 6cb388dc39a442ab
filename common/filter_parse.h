/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_PARSE_H
#define COMMON_FILTER_PARSE_H

#include "common/filter_lex.h"
#include "common/filter_term.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct named_filter;
struct site;

/* An expression as it was understood: inside filter*.c only. */

enum node_kind {
	NODE_TERM,
	NODE_ALL, /* "and"; holds when there are no children */
	NODE_ANY, /* "or" */
};

/* term: index.  last, prev: node indices, 0: none; children are linked from
 * the last to the first. */
struct node {
	enum node_kind kind;
	bool negate;
	uint32_t term;
	uint32_t last, prev;
};

/* node[0] is nobody. */
struct tree {
	struct term *term;
	size_t n_term;
	struct node *node;
	size_t n_node;
	uint32_t root;
};

/* Fill 'out', zeroed before.  Returns 0; -1 with 'e', and 'out' to be freed
 * all the same. */
int tree_parse(
    struct tree *out, const char *text, const struct site *site, struct err *e);
void tree_fini(struct tree *t);

/* --- between filter_parse.c and filter_values.c --- */

/* A named filter whose text is being read, and who asked for it. */
struct parser_frame {
	const struct named_filter *filter;
	const struct parser_frame *up;
};

struct parser {
	const struct site *site;
	struct tree *tree;
	struct lexer lex;
	struct token tok; /* the next one, not used yet */
	const struct parser_frame *frame;
	size_t depth, text_left, terms_left;
	struct err *e;
};

void parser_next(struct parser *p);
bool parser_accept(struct parser *p, const char *text);
/* Returns -1 with "column N: ..." for the place of 't'. */
int parser_fail(struct parser *p, const struct token *t, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "expected 'what', not 'token'"; returns -1. */
int parser_expected(struct parser *p, const char *what);

/* Read what follows the word of 't->field'.  Returns 0, or -1 with 'p->e'. */
int parse_values(struct parser *p, struct term *t);

/* The field of that word.  Returns 0, or -1. */
int field_parse(const struct token *word, enum field *out);
const char *field_name(enum field f);
bool field_is_sided(enum field f);
#define FIELDS_MAX (FIELD_uid + 1)

/* --- between filter.c and filter_bounds.c --- */

struct filter;
const struct tree *filter_tree(const struct filter *f);

#endif
