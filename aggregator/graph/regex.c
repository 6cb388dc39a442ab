/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/regex.h"
#include "common/err.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct pattern {
	regex_t re;
};

/* Perl's text on its way to POSIX. */
struct translation {
	const char *s;
	char out[8 * PATTERN_TEXT_MAX];
	size_t at;
	unsigned long repeats; /* product of all {n,m} */
};

static void
put(struct translation *t, const char *s)
{
	size_t len = strlen(s);

	memcpy(t->out + t->at, s, len + 1);
	t->at += len;
}

static void
put_char(struct translation *t, char c)
{
	put(t, (char[2]){c, '\0'});
}

/* What a letter behind a backslash means; inside [...] or outside. */
static const char *
class_of(char c, bool inside)
{
	static const struct {
		char c;
		const char *inside, *outside;
	} classes[] = {
	    {'d', "0-9", "[0-9]"},
	    {'D', NULL, "[^0-9]"},
	    {'w', "[:alnum:]_", "[[:alnum:]_]"},
	    {'W', NULL, "[^[:alnum:]_]"},
	    {'s', "[:space:]", "[[:space:]]"},
	    {'S', NULL, "[^[:space:]]"},
	    {'b', NULL, "\\b"},
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (classes[i].c == c)
			return inside ? classes[i].inside : classes[i].outside;
	return NULL;
}

static int
escape(struct translation *t, bool inside, struct err *e)
{
	char c = *++t->s;
	const char *class = class_of(c, inside);

	if (class != NULL) {
		put(t, class);
	} else if (c == '\0') {
		return err_set(e, EX_CONFIG, "'\\' at the end");
	} else if (isalnum((unsigned char)c)) {
		return err_set(e, EX_CONFIG, "'\\%c' is not understood", c);
	} else if (!inside) {
		put_char(t, '\\');
		put_char(t, c);
	} else if (strchr("]^-[", c) == NULL) {
		put_char(t, c);
	} else {
		/* They mean something by their place, which is theirs. */
		return err_set(
		    e, EX_CONFIG, "'\\%c' in [...] is not understood", c);
	}
	t->s++;
	return 0;
}

static int
bracket(struct translation *t, struct err *e)
{
	put_char(t, *t->s++);
	if (*t->s == '^')
		put_char(t, *t->s++);
	if (*t->s == ']')
		put_char(t, *t->s++);
	while (*t->s != ']') {
		if (*t->s == '\0')
			return err_set(e, EX_CONFIG, "'[' without ']'");
		if (*t->s == '[')
			return err_set(
			    e, EX_CONFIG, "'[' in [...] is not understood");
		if (*t->s != '\\')
			put_char(t, *t->s++);
		else if (escape(t, true, e) == -1)
			return -1;
	}
	put_char(t, *t->s++);
	return 0;
}

/* "{3}", "{1,3}": {n,} is as much as the text. */
static int
repeat(struct translation *t, struct err *e)
{
	size_t len = strcspn(t->s, "}");
	char *end;
	unsigned long n = strtoul(t->s + 1, &end, 10);

	if (!isdigit((unsigned char)t->s[1]) || t->s[len] == '\0')
		return err_set(e, EX_CONFIG, "'{' without a number and '}'");
	if (*end == ',' && isdigit((unsigned char)end[1]))
		n = strtoul(end + 1, &end, 10);
	else if (*end == ',')
		end++;
	if (*end != '}')
		return err_set(
		    e, EX_CONFIG, "'%.*s}' is not understood", (int)len, t->s);
	if (n > PATTERN_REPEAT_MAX ||
	    (t->repeats *= n == 0 ? 1 : n) > PATTERN_REPEAT_MAX)
		return err_set(e, EX_CONFIG,
		    "the repetitions {n,m} multiply to more than %d",
		    PATTERN_REPEAT_MAX);
	while (t->s <= end)
		put_char(t, *t->s++);
	return 0;
}

static bool
is_quantifier(char c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

static int
one(struct translation *t, struct err *e)
{
	char c = *t->s;

	if (c == '\\')
		return escape(t, false, e);
	if (c == '[')
		return bracket(t, e);
	if (c == '(' && t->s[1] == '?')
		return err_set(e, EX_CONFIG, "'(?' is not understood");
	if (!is_quantifier(c)) {
		put_char(t, *t->s++);
		return 0;
	}
	if (c != '{')
		put_char(t, *t->s++);
	else if (repeat(t, e) == -1)
		return -1;
	if (is_quantifier(*t->s))
		return err_set(e, EX_CONFIG,
		    "'%c' behind '%c' is not "
		    "understood",
		    *t->s, c);
	return 0;
}

static int
translate(struct translation *t, const char *text, struct err *e)
{
	if (strlen(text) > PATTERN_TEXT_MAX)
		return err_set(e, EX_CONFIG,
		    "a regular expression of more than %d characters",
		    PATTERN_TEXT_MAX);
	t->s = text;
	t->repeats = 1;
	while (*t->s != '\0')
		if (one(t, e) == -1)
			return -1;
	return 0;
}

struct pattern *
pattern_new(const char *text, bool ignore_case, struct err *e)
{
	struct translation t = {0};
	struct pattern *p;
	char why[80];
	int rc;

	if (translate(&t, text, e) == -1)
		return NULL;
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	rc = regcomp(
	    &p->re, t.out, REG_EXTENDED | (ignore_case ? REG_ICASE : 0));
	if (rc == 0)
		return p;
	regerror(rc, &p->re, why, sizeof(why));
	err_set(e, EX_CONFIG, "'%.80s': %s", text, why);
	free(p);
	return NULL;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	regfree(&p->re);
	free(p);
}

bool
pattern_matches(const struct pattern *p, const char *s)
{
	return regexec(&p->re, s, 0, NULL, 0) == 0;
}

bool
pattern_group(const struct pattern *p, const char *s, char *out, size_t size)
{
	regmatch_t m[2];

	out[0] = '\0';
	if (regexec(&p->re, s, 2, m, 0) != 0)
		return false;
	if (p->re.re_nsub == 0)
		snprintf(out, size, "1");
	else if (m[1].rm_so != -1)
		snprintf(out, size, "%.*s", (int)(m[1].rm_eo - m[1].rm_so),
		    s + m[1].rm_so);
	return true;
}
