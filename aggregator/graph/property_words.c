/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/property_words.h"
#include "common/err.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

void
expr_free(struct expr *x)
{
	if (x == NULL)
		return;
	expr_free(x->left);
	expr_free(x->right);
	pattern_free(x->pattern);
	free(x->text);
	free(x);
}

struct expr *
expr_new(enum op op, struct err *e)
{
	struct expr *x = calloc(1, sizeof(*x));

	if (x == NULL)
		err_set(e, EX_OSERR, "out of memory");
	else
		x->op = op;
	return x;
}

void
scanner_skip(struct scanner *c)
{
	while (*c->at == ' ' || *c->at == '\t')
		c->at++;
}

bool
scanner_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool
scanner_is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* The word at the cursor, for an error. */
struct expr *
scanner_bad(const struct scanner *c, const char *why, struct err *e)
{
	size_t len = 0;

	if (scanner_is_quote(*c->at))
		len = 1;
	while (scanner_is_word(c->at[len]) ||
	       (len == 0 && strchr("$@%&", *c->at) && *c->at != '\0'))
		len++;
	if (len == 0 && *c->at != '\0')
		len = 1;
	if (len == 0)
		err_set(e, EX_CONFIG, "at the end: %s", why);
	else
		err_set(e, EX_CONFIG, "'%.*s' at column %td: %s",
		    len > 40 ? 40 : (int)len, c->at, c->at - c->line + 1, why);
	return NULL;
}

/* Is it there?  Then it is passed. */
bool
scanner_take(struct scanner *c, const char *what)
{
	size_t len = strlen(what);

	scanner_skip(c);
	if (strncmp(c->at, what, len) != 0 ||
	    (scanner_is_word(what[len - 1]) && scanner_is_word(c->at[len])))
		return false;
	c->at += len;
	return true;
}

struct expr *
scanner_expect(
    struct scanner *c, const char *what, struct expr *x, struct err *e)
{
	char why[32];

	if (x == NULL || scanner_take(c, what))
		return x;
	expr_free(x);
	snprintf(why, sizeof(why), "'%s' is missing here", what);
	return scanner_bad(c, why, e);
}

struct expr *
expr_new_text(const char *s, size_t len, struct err *e)
{
	struct expr *x = expr_new(OP_TEXT, e);

	if (x == NULL)
		return NULL;
	x->text =
	    strndup(s, len < PROPERTY_TEXT_MAX ? len : PROPERTY_TEXT_MAX - 1);
	if (x->text != NULL)
		return x;
	expr_free(x);
	err_set(e, EX_OSERR, "out of memory");
	return NULL;
}

/*
 * What Perl would put variables into is refused.  "\\", "\"", "\$" and "\@"
 * are the character; before any other one the backslash stays, so that
 * "\." is a dot to a regular expression.
 */
struct expr *
scanner_quoted(struct scanner *c, struct err *e)
{
	char out[PROPERTY_TEXT_MAX], quote = *c->at;
	struct scanner start = *c;
	size_t n = 0;

	for (c->at++; *c->at != quote; c->at++) {
		if (*c->at == '\0')
			return scanner_bad(
			    &start, "the quote is not closed", e);
		if (quote == '"' && strchr("$@", *c->at) != NULL &&
		    (scanner_is_word(c->at[1]) || c->at[1] == '{'))
			return scanner_bad(c,
			    "no variables in quotes; for the character "
			    "write a backslash before it",
			    e);
		if (*c->at == '\\' && c->at[1] != '\0' &&
		    strchr(quote == '"' ? "\\\"$@" : "\\'", c->at[1]) != NULL)
			c->at++;
		if (n + 1 >= sizeof(out))
			return scanner_bad(&start, "the text is too long", e);
		out[n++] = *c->at;
	}
	c->at++;
	return expr_new_text(out, n, e);
}

bool
scanner_enter(struct scanner *c, struct err *e)
{
	if (++c->depth <= PROPERTY_DEPTH_MAX)
		return true;
	scanner_bad(c, "nested too deeply", e);
	return false;
}

struct expr *
expr_set_pattern(
    struct expr *x, const char *text, bool ignore_case, struct err *e)
{
	if (x == NULL)
		return NULL;
	x->pattern = pattern_new(text, ignore_case, e);
	if (x->pattern != NULL)
		return x;
	expr_free(x);
	return NULL;
}
