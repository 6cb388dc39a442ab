/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/property_words.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static struct expr *parse_or(struct scanner *c, struct err *e);

static struct expr *
join(enum op op, struct expr *left, struct expr *right, struct err *e)
{
	struct expr *x = right == NULL ? NULL : expr_new(op, e);

	if (x == NULL) {
		expr_free(left);
		expr_free(right);
		return NULL;
	}
	x->left = left;
	x->right = right;
	return x;
}

struct expr *
expr_parse_value(struct scanner *c, struct err *e)
{
	struct expr *x;
	unsigned int depth = c->depth;

	if (!scanner_enter(c, e))
		return NULL;
	x = expr_parse_operand(c, e);
	while (x != NULL && scanner_take(c, ".")) {
		if (!scanner_enter(c, e)) {
			expr_free(x);
			return NULL;
		}
		x = join(OP_CONCAT, x, expr_parse_operand(c, e), e);
	}
	c->depth = depth;
	return x;
}

/* --- conditions --- */

/* "/regex/i" behind =~ */
static struct expr *
parse_match(struct scanner *c, enum op op, struct expr *left, struct err *e)
{
	char out[PROPERTY_TEXT_MAX];
	struct scanner start;
	struct expr *x;
	size_t n = 0;

	scanner_skip(c);
	start = *c;
	if (*c->at != '/') {
		expr_free(left);
		return scanner_bad(
		    c, "a regular expression /.../ belongs here", e);
	}
	for (c->at++; *c->at != '/' && *c->at != '\0'; c->at++) {
		if (*c->at == '\\' && c->at[1] == '/')
			c->at++;
		else if (*c->at == '\\' && c->at[1] != '\0' &&
			 n + 2 < sizeof(out))
			out[n++] = *c->at++;
		if (n + 1 < sizeof(out))
			out[n++] = *c->at;
	}
	out[n] = '\0';
	if (*c->at++ != '/' || n + 2 >= sizeof(out)) {
		expr_free(left);
		return scanner_bad(
		    &start, "the expression is not closed, or too long", e);
	}
	x = expr_new(op, e);
	if (x == NULL)
		expr_free(left);
	else
		x->left = left;
	return expr_set_pattern(x, out, scanner_take(c, "i"), e);
}

static struct expr *
parse_compare(struct scanner *c, struct err *e)
{
	/* The longer one first. */
	static const struct {
		const char *word;
		enum op op;
		enum compared compared;
	} ops[] = {
	    {"==", OP_NUMBERS, COMPARED_EQ},
	    {"!=", OP_NUMBERS, COMPARED_NE},
	    {"<=", OP_NUMBERS, COMPARED_LE},
	    {">=", OP_NUMBERS, COMPARED_GE},
	    {"<", OP_NUMBERS, COMPARED_LT},
	    {">", OP_NUMBERS, COMPARED_GT},
	    {"eq", OP_TEXTS, COMPARED_EQ},
	    {"ne", OP_TEXTS, COMPARED_NE},
	    {"lt", OP_TEXTS, COMPARED_LT},
	    {"le", OP_TEXTS, COMPARED_LE},
	    {"gt", OP_TEXTS, COMPARED_GT},
	    {"ge", OP_TEXTS, COMPARED_GE},
	};
	struct expr *left = expr_parse_value(c, e);

	if (left == NULL)
		return NULL;
	if (scanner_take(c, "=~"))
		return parse_match(c, OP_PATTERN, left, e);
	if (scanner_take(c, "!~"))
		return parse_match(c, OP_NOT_PATTERN, left, e);
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		if (!scanner_take(c, ops[i].word))
			continue;
		left = join(ops[i].op, left, expr_parse_value(c, e), e);
		if (left != NULL)
			left->index = ops[i].compared;
		return left;
	}
	return left;
}

static struct expr *
parse_not(struct scanner *c, struct err *e)
{
	unsigned int depth = c->depth;
	struct expr *x, *not ;

	if (!scanner_enter(c, e))
		return NULL;
	scanner_skip(c);
	if (*c->at == '(') {
		c->at++;
		x = scanner_expect(c, ")", parse_or(c, e), e);
	} else if (*c->at == '!' && c->at[1] != '=' && c->at[1] != '~') {
		c->at++;
		x = parse_not(c, e);
		not = x == NULL ? NULL : expr_new(OP_NOT, e);
		if (not == NULL)
			expr_free(x);
		else
			not ->left = x;
		x = not ;
	} else {
		x = parse_compare(c, e);
	}
	c->depth = depth;
	return x;
}

static struct expr *
parse_and(struct scanner *c, struct err *e)
{
	struct expr *x = parse_not(c, e);
	unsigned int depth = c->depth;

	while (x != NULL && (scanner_take(c, "&&") || scanner_take(c, "and"))) {
		if (!scanner_enter(c, e)) {
			expr_free(x);
			return NULL;
		}
		x = join(OP_AND, x, parse_not(c, e), e);
	}
	c->depth = depth;
	return x;
}

static struct expr *
parse_or(struct scanner *c, struct err *e)
{
	struct expr *x = parse_and(c, e);
	unsigned int depth = c->depth;

	while (x != NULL && (scanner_take(c, "||") || scanner_take(c, "or"))) {
		if (!scanner_enter(c, e)) {
			expr_free(x);
			return NULL;
		}
		x = join(OP_OR, x, parse_and(c, e), e);
	}
	c->depth = depth;
	return x;
}

int
expr_parse_rule(struct scanner *c, struct expr **value, struct expr **condition,
    struct err *e)
{
	*condition = NULL;
	*value = expr_parse_value(c, e);
	if (*value == NULL)
		return -1;
	if (scanner_take(c, "if")) {
		*condition = parse_or(c, e);
		if (*condition == NULL)
			goto fail;
	}
	scanner_take(c, ";");
	scanner_skip(c);
	if (*c->at == '\0' || *c->at == '#')
		return 0;
	scanner_bad(c, "not understood here", e);
fail:
	expr_free(*value);
	expr_free(*condition);
	*value = *condition = NULL;
	return -1;
}
