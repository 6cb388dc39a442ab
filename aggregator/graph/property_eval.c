/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/property_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double
property_number(const char *text)
{
	char digits[32];
	const char *s = text + strspn(text, " ");
	size_t n = *s == '-';

	/* strtod() knows hexadecimal, "inf" and "nan", too. */
	n += strspn(s + n, "0123456789");
	if (s[n] == '.')
		n += 1 + strspn(s + n + 1, "0123456789");
	snprintf(digits, sizeof(digits), "%.*s", (int)n, s);
	return strtod(digits, NULL);
}

static bool
is_in_subnet(const struct expr *x, const struct property_context *c)
{
	char text[PROPERTY_TEXT_MAX];
	struct addr a;

	expr_text(x->left, c, text);
	return addr_parse(text, &a) == 0 && net_has(&x->net, &a);
}

static bool
is_any(const struct expr *x, const struct property_context *c)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (pattern_matches(x->pattern, c->row->field[i]))
			return true;
	return false;
}

/* From green, for 0, to red, for 'steps' and more; as AfterGlow does it. */
static void
severity(double value, unsigned int steps, char out[static PROPERTY_TEXT_MAX])
{
	static const int from[] = {0x60, 0xbb, 0x22}, to[] = {0xcc, 0, 0};
	double part = value < 0	       ? 0
		      : value >= steps ? 1
				       : (int)(value + 0.5) / (double)steps;
	int rgb[3];

	for (size_t i = 0; i < 3; i++)
		rgb[i] = (int)(from[i] + part * (to[i] - from[i]));
	snprintf(out, PROPERTY_TEXT_MAX, "#%02X%02X%02X", rgb[0] & 0xff,
	    rgb[1] & 0xff, rgb[2] & 0xff);
}

static void
concat(const struct expr *x, const struct property_context *c,
    char out[static PROPERTY_TEXT_MAX])
{
	char right[PROPERTY_TEXT_MAX];
	size_t len;

	expr_text(x->left, c, out);
	expr_text(x->right, c, right);
	len = strlen(out);
	snprintf(out + len, PROPERTY_TEXT_MAX - len, "%s", right);
}

static bool
is_compared(enum compared how, double difference)
{
	switch (how) {
	case COMPARED_EQ:
		return difference == 0;
	case COMPARED_NE:
		return difference != 0;
	case COMPARED_LT:
		return difference < 0;
	case COMPARED_LE:
		return difference <= 0;
	case COMPARED_GT:
		return difference > 0;
	case COMPARED_GE:
		return difference >= 0;
	}
	return false;
}

static bool
compare(const struct expr *x, const struct property_context *c)
{
	char left[PROPERTY_TEXT_MAX], right[PROPERTY_TEXT_MAX];
	double difference;

	expr_text(x->left, c, left);
	expr_text(x->right, c, right);
	difference = x->op == OP_TEXTS
			 ? strcmp(left, right)
			 : property_number(left) - property_number(right);
	return is_compared(x->index, difference);
}

static bool
matches(const struct expr *x, const struct property_context *c)
{
	char text[PROPERTY_TEXT_MAX];

	expr_text(x->left, c, text);
	return pattern_matches(x->pattern, text);
}

/* A condition's answer; false for what is none. */
static bool
decide(const struct expr *x, const struct property_context *c, bool *yes)
{
	switch (x->op) {
	case OP_TEXT:
	case OP_FIELD:
	case OP_COUNT:
	case OP_THIS:
	case OP_REPLACE:
	case OP_SEVERITY:
	case OP_CONCAT:
		return false;
	case OP_MATCH:
		*yes = pattern_matches(x->pattern, c->row->field[c->own]);
		return true;
	case OP_ANY:
		*yes = is_any(x, c);
		return true;
	case OP_SUBNET:
		*yes = is_in_subnet(x, c);
		return true;
	case OP_NUMBERS:
	case OP_TEXTS:
		*yes = compare(x, c);
		return true;
	case OP_PATTERN:
	case OP_NOT_PATTERN:
		*yes = matches(x, c) == (x->op == OP_PATTERN);
		return true;
	case OP_NOT:
		*yes = !expr_holds(x->left, c);
		return true;
	case OP_AND:
		*yes = expr_holds(x->left, c) && expr_holds(x->right, c);
		return true;
	case OP_OR:
		*yes = expr_holds(x->left, c) || expr_holds(x->right, c);
		return true;
	}
	return false;
}

bool
expr_holds(const struct expr *x, const struct property_context *c)
{
	char text[PROPERTY_TEXT_MAX];
	bool yes;

	if (decide(x, c, &yes))
		return yes;
	expr_text(x, c, text);
	return text[0] != '\0' && strcmp(text, "0") != 0;
}

void
expr_text(const struct expr *x, const struct property_context *c,
    char out[static PROPERTY_TEXT_MAX])
{
	char value[PROPERTY_TEXT_MAX];
	bool yes;

	if (decide(x, c, &yes)) {
		snprintf(out, PROPERTY_TEXT_MAX, "%s", yes ? "1" : "");
	} else if (x->op == OP_FIELD || x->op == OP_THIS) {
		snprintf(out, PROPERTY_TEXT_MAX, "%s",
		    c->row->field[x->op == OP_FIELD ? x->index : c->own]);
	} else if (x->op == OP_COUNT) {
		snprintf(out, PROPERTY_TEXT_MAX, "%" PRIu64,
		    c->row->count[x->index]);
	} else if (x->op == OP_REPLACE) {
		pattern_group(
		    x->pattern, c->row->field[c->own], out, PROPERTY_TEXT_MAX);
	} else if (x->op == OP_SEVERITY) {
		expr_text(x->left, c, value);
		severity(property_number(value), x->index, out);
	} else if (x->op == OP_CONCAT) {
		concat(x, c, out);
	} else {
		snprintf(out, PROPERTY_TEXT_MAX, "%s", x->text);
	}
}
