/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_FILTER_LEX_H
#define COMMON_FILTER_LEX_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_QUOTED, /* 'text' or "text"; without the quotes */
	TOKEN_MARK,   /* ( ) [ ] , ! @ = == != < <= > >= */
	TOKEN_BAD,    /* no word begins with this byte, or no quote ends it */
};

struct token {
	enum token_kind kind;
	const char *text; /* borrowed, not terminated */
	size_t len;
	size_t column; /* from 1 */
};

/* Where in an expression one is; copy it to look ahead. */
struct lexer {
	const char *begin, *at;
};

struct token lex_next(struct lexer *l);

/* Whether 't' is this word (in either case) or mark. */
bool token_is(const struct token *t, const char *text);

/* A copy for messages: printable, cut when it is long. */
#define TOKEN_SHOWN_MAX 48
const char *token_show(const struct token *t, char out[static TOKEN_SHOWN_MAX]);

#endif
