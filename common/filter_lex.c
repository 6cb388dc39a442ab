/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/filter_lex.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"

static const char marks[] = "()[],!@=<>";

static bool
is_word_byte(char c)
{
	/* Above 0x7e only between quotes: what looks like a blank is none. */
	return c > ' ' && c < 0x7f && strchr("()[],!@=<>#'\"", c) == NULL;
}

static void
skip_blanks(struct lexer *l)
{
	for (;;) {
		l->at += strspn(l->at, BLANKS);
		if (*l->at != '#')
			return;
		l->at += strcspn(l->at, "\n");
	}
}

static struct token
quoted(struct lexer *l, struct token t)
{
	const char *end = strchr(t.text + 1, *t.text);

	if (end == NULL) {
		t.kind = TOKEN_BAD;
		t.len = strlen(t.text);
		l->at += t.len;
		return t;
	}
	t.kind = TOKEN_QUOTED;
	t.text++;
	t.len = (size_t)(end - t.text);
	l->at = end + 1;
	return t;
}

struct token
lex_next(struct lexer *l)
{
	struct token t;

	skip_blanks(l);
	t = (struct token){
	    .kind = TOKEN_END,
	    .text = l->at,
	    .column = (size_t)(l->at - l->begin) + 1,
	};
	if (*t.text == '\0')
		return t;
	if (*t.text == '\'' || *t.text == '"')
		return quoted(l, t);
	if (strchr(marks, *t.text) != NULL) {
		t.kind = TOKEN_MARK;
		t.len = strchr("=!<>", *t.text) && t.text[1] == '=' ? 2 : 1;
	} else {
		t.kind = TOKEN_WORD;
		while (is_word_byte(t.text[t.len]))
			t.len++;
	}
	if (t.len == 0) {
		t.kind = TOKEN_BAD;
		t.len = 1;
	}
	l->at += t.len;
	return t;
}

bool
token_is(const struct token *t, const char *text)
{
	return (t->kind == TOKEN_WORD || t->kind == TOKEN_MARK) &&
	       strlen(text) == t->len &&
	       strncasecmp(t->text, text, t->len) == 0;
}

const char *
token_show(const struct token *t, char out[static TOKEN_SHOWN_MAX])
{
	size_t room = TOKEN_SHOWN_MAX - 4, n = t->len < room ? t->len : room;

	for (size_t i = 0; i < n; i++)
		out[i] =
		    t->text[i] >= ' ' && t->text[i] < 0x7f ? t->text[i] : '?';
	strcpy(out + n, n < t->len ? "..." : "");
	return out;
}
