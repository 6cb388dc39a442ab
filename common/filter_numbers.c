/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"
#include "common/err.h"
#include "common/filter_parse.h"
#include "common/filter_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

/* Numbers with their units, and what they are compared with. */

#define NUMBER_TEXT_MAX 48 /* a time with nine digits and a zone has 35 */

static const char *const expected[] = {
    [UNIT_plain] = "a number",
    [UNIT_count] = "a number such as 10, 1k or 2M",
    [UNIT_size] = "a number such as 1500, 10k or 1MiB",
    [UNIT_duration] = "a duration such as 500ms, 30s, 15m, 2h or 7d",
    [UNIT_time] = "a time such as 2005-02-26T19:00:52Z or 2005-02-26",
};

const struct number_unit number_units[] = {
    {"k", UNIT_count, 1000},
    {"M", UNIT_count, 1000000},
    {"G", UNIT_count, 1000000000},
    {"T", UNIT_count, 1000000000000},
    {"B", UNIT_size, 1},
    {"kB", UNIT_size, 1000},
    {"MB", UNIT_size, 1000000},
    {"GB", UNIT_size, 1000000000},
    {"TB", UNIT_size, 1000000000000},
    {"KiB", UNIT_size, UINT64_C(1) << 10},
    {"MiB", UNIT_size, UINT64_C(1) << 20},
    {"GiB", UNIT_size, UINT64_C(1) << 30},
    {"TiB", UNIT_size, UINT64_C(1) << 40},
    {"ms", UNIT_duration, NS_PER_MS},
    {"s", UNIT_duration, NS_PER_SEC},
    {"m", UNIT_duration, 60 * NS_PER_SEC},
    {"h", UNIT_duration, NS_PER_HOUR},
    {"d", UNIT_duration, NS_PER_DAY},
    {"w", UNIT_duration, 7 * NS_PER_DAY},
    {NULL, UNIT_plain, 0},
};

/* A size may be written as a count. */
static uint64_t
factor_of(const char *text, enum unit unit)
{
	if (*text == '\0')
		return unit == UNIT_duration ? 0 : 1;
	for (const struct number_unit *u = number_units; u->word != NULL; u++)
		if (strcasecmp(u->word, text) == 0 &&
		    (u->unit == unit ||
			(u->unit == UNIT_count && unit == UNIT_size)))
			return u->factor;
	return 0;
}

/* A number with its unit.  Returns 0, or -1. */
static int
scale(const char *text, enum unit unit, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	uint64_t factor;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*out = strtoull(text, &end, hex ? 16 : 10);
	factor = factor_of(end, unit);
	if (errno != 0 || factor == 0)
		return -1;
	return __builtin_mul_overflow(*out, factor, out) ? -1 : 0;
}

/* How much time a written one stands for: its day, minute or second, or what
 * its last digit counts. */
static int64_t
extent_of(const char *text)
{
	const char *clock = strpbrk(text, "Tt "), *digit = strchr(text, '.');
	const char *colon = clock == NULL ? NULL : strchr(clock, ':');
	int64_t ns = NS_PER_SEC;

	if (*text != '@' && colon == NULL)
		return NS_PER_DAY;
	if (colon != NULL && (strlen(colon) < 6 || colon[3] != ':'))
		return 60 * NS_PER_SEC;
	for (; digit != NULL && digit[1] >= '0' && digit[1] <= '9' && ns > 1;
	     digit++)
		ns /= 10;
	return ns;
}

static int
read_time(const char *text, struct span *out)
{
	int64_t first, last;

	if (time_parse(text, &first) == -1)
		return -1;
	last = first + extent_of(text) - 1;
	*out = (struct span){time_number(first), time_number(last)};
	return 0;
}

/* "64", or "32-64".  Returns 0, or -1. */
static int
read_span(char *text, enum unit unit, bool range, struct span *out)
{
	char *dash = range ? strchr(text, '-') : NULL;

	if (unit == UNIT_time)
		return read_time(text, out);
	if (dash != NULL)
		*dash = '\0';
	if (scale(text, unit, &out->first) == -1)
		return -1;
	out->last = out->first;
	if (dash == NULL)
		return 0;
	if (scale(dash + 1, unit, &out->last) == -1)
		return -1;
	return out->first <= out->last ? 0 : -1;
}

/* The token at hand.  Returns 0, or -1 with 'p->e'. */
static int
value_span(struct parser *p, enum unit unit, bool range, struct span *out)
{
	char text[NUMBER_TEXT_MAX];
	bool quoted = p->tok.kind == TOKEN_QUOTED && unit == UNIT_time;

	if ((p->tok.kind != TOKEN_WORD && !quoted) ||
	    p->tok.len >= sizeof(text))
		return parser_expected(p, expected[unit]);
	memcpy(text, p->tok.text, p->tok.len);
	text[p->tok.len] = '\0';
	if (read_span(text, unit, range, out) == -1)
		return parser_expected(p, expected[unit]);
	return 0;
}

int
parse_number(const struct token *t, uint64_t most, uint64_t *out)
{
	char text[NUMBER_TEXT_MAX];

	if (t->kind != TOKEN_WORD || t->len >= sizeof(text))
		return -1;
	memcpy(text, t->text, t->len);
	text[t->len] = '\0';
	return scale(text, UNIT_plain, out) == 0 && *out <= most ? 0 : -1;
}

static int
add_span(struct parser *p, struct term *t, uint64_t first, uint64_t last)
{
	struct span *more =
	    reallocarray(t->spans.at, t->spans.n + 1, sizeof(*more));

	if (more == NULL)
		return err_set(p->e, EX_OSERR, "out of memory");
	t->spans.at = more;
	more[t->spans.n++] = (struct span){first, last};
	return 0;
}

enum comparison {
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
};

const char *const comparison_marks[] = {
    [COMPARE_EQ] = "=",
    [COMPARE_NE] = "!=",
    [COMPARE_LT] = "<",
    [COMPARE_LE] = "<=",
    [COMPARE_GT] = ">",
    [COMPARE_GE] = ">=",
    "==",
    NULL,
};

static int
add_compared(
    struct parser *p, struct term *t, enum comparison c, const struct span *v)
{
	const uint64_t most = UINT64_MAX;

	/* Nothing is below the least: then there is no span at all. */
	if ((c == COMPARE_LT || c == COMPARE_NE) && v->first > 0 &&
	    add_span(p, t, 0, v->first - 1) == -1)
		return -1;
	if ((c == COMPARE_GT || c == COMPARE_NE) && v->last < most &&
	    add_span(p, t, v->last + 1, most) == -1)
		return -1;
	if (c == COMPARE_LE)
		return add_span(p, t, 0, v->last);
	if (c == COMPARE_GE)
		return add_span(p, t, v->first, most);
	return c == COMPARE_EQ ? add_span(p, t, v->first, v->last) : 0;
}

static int
parse_spans(struct parser *p, struct term *t, enum unit unit)
{
	struct span one;

	do {
		if (value_span(p, unit, true, &one) == -1 ||
		    add_span(p, t, one.first, one.last) == -1)
			return -1;
		parser_next(p);
		if (parser_accept(p, "]"))
			return 0;
		parser_accept(p, ",");
	} while (p->tok.kind != TOKEN_END);
	return parser_expected(p, "']'");
}

int
parse_comparison(struct parser *p, struct term *t, enum unit unit)
{
	enum comparison c = COMPARE_EQ;
	bool compared = false;
	struct span one;

	for (size_t i = 0; comparison_marks[i] != NULL && !compared; i++)
		if (parser_accept(p, comparison_marks[i])) {
			c = i <= COMPARE_GE ? (enum comparison)i : COMPARE_EQ;
			compared = true;
		}
	if (!compared) {
		parser_accept(p, WORD_IN);
		if (parser_accept(p, "["))
			return parse_spans(p, t, unit);
	}
	if (value_span(p, unit, !compared, &one) == -1 ||
	    add_compared(p, t, c, &one) == -1)
		return -1;
	parser_next(p);
	return 0;
}
