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
	const char *used; /* the end of the one before it */
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

/* "column 27: 'packets > 1'", from 'first' to before the token at hand, into
 * 't->place'.  Returns 0, or -1 with 'p->e'. */
int parser_note_place(
    struct parser *p, const struct token *first, struct term *t);

/* Read what follows the word of 't->field'.  Returns 0, or -1 with 'p->e'. */
int parse_values(struct parser *p, struct term *t);

/* --- between filter_values.c and filter_numbers.c --- */

/* How a number is written. */
enum unit {
	UNIT_plain,    /* 64, 0x10000 */
	UNIT_count,    /* 1k */
	UNIT_size,     /* 1MiB */
	UNIT_duration, /* 90s */
	UNIT_time,     /* 2005-02-26T19:00:52Z */
};

/* The token at hand as a number in digits, or in hex with 0x.  Returns 0, or
 * -1. */
int parse_number(const struct token *t, uint64_t most, uint64_t *out);
/* "> 1k", "= 64", "64", "in [0, 1000-1999]".  Returns 0 or -1. */
int parse_comparison(struct parser *p, struct term *t, enum unit unit);

/* The field of that word.  Returns 0, or -1. */
int field_parse(const struct token *word, enum field *out);
const char *field_name(enum field f);
bool field_is_sided(enum field f);
uint32_t field_scope(enum field f); /* enum filter_scope, or'ed */

/* --- between filter.c and filter_bounds.c --- */

struct filter;
const struct tree *filter_tree(const struct filter *f);
const struct site *filter_site(const struct filter *f);
/* The record's client is its source; false where no term asks for it. */
bool filter_client_is_src(
    const struct filter *f, const struct filter_subject *s);

#endif
