/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/property_words.h"
#include "common/err.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* match("..."), any_regex("..."), regex_replace("...") */
static struct expr *
parse_pattern_call(struct scanner *c, enum op op, struct err *e)
{
	struct expr *text, *x;

	scanner_skip(c);
	if (!scanner_is_quote(*c->at))
		return scanner_bad(
		    c, "a regular expression in quotes belongs here", e);
	text = scanner_quoted(c, e);
	if (text == NULL)
		return NULL;
	x = expr_set_pattern(expr_new(op, e), text->text, false, e);
	expr_free(text);
	return scanner_expect(c, ")", x, e);
}

static struct expr *
parse_subnet(struct scanner *c, enum op op, struct err *e)
{
	struct expr *x = expr_new(op, e), *net = NULL;
	struct scanner at;

	if (x != NULL && (x->left = expr_parse_value(c, e)) == NULL) {
		expr_free(x);
		return NULL;
	}
	x = scanner_expect(c, ",", x, e);
	if (x == NULL)
		return NULL;
	scanner_skip(c);
	at = *c;
	if (scanner_is_quote(*c->at))
		net = scanner_quoted(c, e);
	else
		scanner_bad(c, "a network in quotes belongs here", e);
	if (net != NULL && net_parse(net->text, &x->net) == -1) {
		expr_free(net);
		net =
		    scanner_bad(&at, "not a network such as \"10.0.0.0/8\"", e);
	}
	if (net == NULL) {
		expr_free(x);
		return NULL;
	}
	expr_free(net);
	net_clear(&x->net);
	return scanner_expect(c, ")", x, e);
}

/* The number of steps behind get_severity(value,. */
static struct expr *
parse_steps(struct scanner *c, struct expr *x, struct err *e)
{
	scanner_skip(c);
	x->index = (unsigned int)strtoul(c->at, NULL, 10);
	if (!isdigit((unsigned char)*c->at) || x->index == 0) {
		expr_free(x);
		return scanner_bad(c, "the number of steps belongs here", e);
	}
	c->at += strspn(c->at, "0123456789");
	return x;
}

/* get_severity(value[, steps]) */
static struct expr *
parse_severity(struct scanner *c, enum op op, struct err *e)
{
	struct expr *x = expr_new(op, e);

	if (x != NULL && (x->left = expr_parse_value(c, e)) == NULL) {
		expr_free(x);
		return NULL;
	}
	if (x == NULL)
		return NULL;
	x->index = 10;
	if (scanner_take(c, ","))
		x = parse_steps(c, x, e);
	return scanner_expect(c, ")", x, e);
}

static struct expr *
parse_field(struct scanner *c, enum op op, struct err *e)
{
	return scanner_expect(c, ")", expr_new(op, e), e);
}

static const struct function {
	const char *name;
	struct expr *(*parse)(struct scanner *c, enum op op, struct err *e);
	enum op op;
} functions[] = {
    {"field", parse_field, OP_THIS},
    {"match", parse_pattern_call, OP_MATCH},
    {"any_regex", parse_pattern_call, OP_ANY},
    {"regex_replace", parse_pattern_call, OP_REPLACE},
    {"subnet", parse_subnet, OP_SUBNET},
    {"get_severity", parse_severity, OP_SEVERITY},
};

static const struct variable {
	const char *name;
	enum op op;
	unsigned int index;
} variables[] = {
    {"$fields[0]", OP_FIELD, 0},
    {"$fields[1]", OP_FIELD, 1},
    {"$fields[2]", OP_FIELD, 2},
    {"$sourceCount{$sourceName}", OP_COUNT, 0},
    {"$eventCount{$eventName}", OP_COUNT, 1},
    {"$targetCount{$targetName}", OP_COUNT, 2},
};

static struct expr *
parse_variable(struct scanner *c, struct err *e)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const struct variable *v = &variables[i];
		struct expr *x;

		if (strncmp(c->at, v->name, strlen(v->name)) != 0)
			continue;
		c->at += strlen(v->name);
		x = expr_new(v->op, e);
		if (x != NULL)
			x->index = v->index;
		return x;
	}
	return scanner_bad(c,
	    "no such variable; there are $fields[0] to [2], "
	    "$sourceCount{$sourceName}, and those of event and target",
	    e);
}

/* A function, or else a bare word: Perl takes it for a text. */
static struct expr *
parse_word(struct scanner *c, struct err *e)
{
	const char *word = c->at;
	size_t len = 0, blank;

	while (scanner_is_word(word[len]))
		len++;
	blank = strspn(word + len, " \t");
	if (word[len + blank] != '(' ||
	    (len == 2 && memcmp(word, "if", 2) == 0)) {
		c->at += len;
		return expr_new_text(word, len, e);
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		const struct function *f = &functions[i];

		if (strlen(f->name) != len || memcmp(f->name, word, len) != 0)
			continue;
		c->at += len + blank + 1;
		return f->parse(c, f->op, e);
	}
	return scanner_bad(c,
	    "no such function; there are field, match, any_regex, "
	    "regex_replace, subnet, get_severity",
	    e);
}

struct expr *
expr_parse_operand(struct scanner *c, struct err *e)
{
	const char *start;
	size_t len;

	scanner_skip(c);
	start = c->at;
	if (scanner_is_quote(*start))
		return scanner_quoted(c, e);
	if (*start == '$')
		return parse_variable(c, e);
	if (*start == '#') {
		len = 1 + strspn(start + 1, "0123456789abcdefABCDEF");
		c->at += len;
		return expr_new_text(start, len, e);
	}
	if (isdigit((unsigned char)*start) || *start == '.') {
		len = strspn(start, "0123456789");
		if (start[len] == '.' && isdigit((unsigned char)start[len + 1]))
			len += 1 + strspn(start + len + 1, "0123456789");
		if (len > 0 && !scanner_is_word(start[len])) {
			c->at += len;
			return expr_new_text(start, len, e);
		}
	}
	if (isalpha((unsigned char)*start) || *start == '_')
		return parse_word(c, e);
	return scanner_bad(c, "a value belongs here", e);
}
