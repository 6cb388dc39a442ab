/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_TOOLS_LINE_H
#define TESTS_TOOLS_LINE_H

/*
 * A line of a test tool's input: a word, then key=value words.  A value with
 * blanks stands in "quotes", where \xNN is a byte.  What is wrong ends the
 * program.  Included by one file of each tool.
 */
#include "common/addr.h"
#include "common/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 40

struct line {
	int number;
	char *kind, *key[WORDS_MAX], *value[WORDS_MAX];
	bool used[WORDS_MAX];
	size_t n;
};

static inline void
die(int number, const char *what, const char *why)
{
	fprintf(stderr, "mkstore: line %d: %s: %s\n", number, what, why);
	exit(1);
}

/* Undo the quotes in place; returns what follows. */
static inline char *
unquote(char *s)
{
	char *to = s, hex[3] = "";

	for (s++; *s != '"' && *s != '\0'; s++) {
		if (s[0] == '\\' && s[1] == 'x' && s[2] != '\0') {
			memcpy(hex, s + 2, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	if (*s == '"')
		s++;
	*to = '\0';
	return s;
}

static inline void
split(struct line *l, char *s)
{
	l->kind = s;
	s += strcspn(s, " \n");
	while (*s != '\0') {
		while (isspace((unsigned char)*s))
			*s++ = '\0';
		if (*s == '\0')
			break;
		l->key[l->n] = s;
		s += strcspn(s, "=\n");
		if (*s != '=' || l->n == WORDS_MAX - 1)
			die(l->number, l->key[l->n], "not key=value");
		*s++ = '\0';
		l->value[l->n++] = s;
		s = *s == '"' ? unquote(s) : s + strcspn(s, " \n");
	}
}

static inline const char *
text(struct line *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->key[i], key) == 0) {
			l->used[i] = true;
			return l->value[i];
		}
	return NULL;
}

static inline uint64_t
number(struct line *l, const char *key)
{
	const char *s = text(l, key);

	return s == NULL ? 0 : strtoull(s, NULL, 0);
}

static inline int64_t
when(struct line *l, const char *key)
{
	const char *s = text(l, key);
	int64_t ns;

	if (s == NULL)
		return TIME_NONE;
	if (strcmp(s, "now") == 0)
		return clock_wall_ns();
	if (time_parse(s, &ns) == -1)
		die(l->number, s, "not a time");
	return ns;
}

static inline bool
address(struct line *l, const char *key, struct addr *out)
{
	const char *s = text(l, key);

	if (s == NULL)
		return false;
	if (addr_parse(s, out) == -1)
		die(l->number, s, "not an address");
	return true;
}

static inline void
copy(struct line *l, const char *key, char *out, size_t size)
{
	const char *s = text(l, key);

	snprintf(out, size, "%s", s == NULL ? "" : s);
}

#define COPY(l, key, field) copy(l, key, field, sizeof(field))

static inline void
all_used(const struct line *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->used[i])
			die(l->number, l->key[i], "not known here");
}

#endif
