/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/caret.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 70 /* columns of the text */
#define BEFORE 40    /* of them before the place, when it is long */
#define COLUMN "column "

static size_t
column_in(const char *said)
{
	const char *at = strstr(said, COLUMN);

	return at == NULL ? 0 : strtoul(at + strlen(COLUMN), NULL, 10);
}

static size_t
word_len(const char *at)
{
	size_t n = strcspn(at, " \t\r\n()[],");

	return n == 0 ? 1 : n;
}

void
caret_add(struct err *e, const char *text)
{
	size_t column = column_in(e->text), len = strlen(text);
	size_t at = column - 1, from = at > BEFORE ? at - BEFORE : 0;
	size_t n = len - from < SHOWN_MAX ? len - from : SHOWN_MAX, word;
	size_t said = strlen(e->text);
	char shown[SHOWN_MAX + 1], mark[SHOWN_MAX + 2];

	if (column == 0 || at > len ||
	    said + n + (at - from) + SHOWN_MAX + 8 > ERR_TEXT_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		shown[i] = text[from + i] >= ' ' && text[from + i] < 0x7f
			       ? text[from + i]
			       : ' ';
	shown[n] = '\0';
	word = at < len ? word_len(text + at) : 1;
	if (at - from + word > SHOWN_MAX)
		word = SHOWN_MAX - (at - from);
	memset(mark, ' ', sizeof(mark));
	memset(mark + (at - from), '~', word);
	mark[at - from] = '^';
	mark[at - from + word] = '\0';
	snprintf(
	    e->text + said, ERR_TEXT_MAX - said, "\n  %s\n  %s", shown, mark);
}
