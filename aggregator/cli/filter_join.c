/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/filter_join.h"
#include "common/filter_lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
filter_is_empty(const char *text)
{
	struct lexer l = {.begin = text, .at = text};

	return text == NULL || lex_next(&l).kind == TOKEN_END;
}

char *
filter_join(const struct filter_part *part, size_t n)
{
	char *text = NULL;
	const char *sep = "";
	size_t size, asks = 0, one = 0;
	FILE *to;

	for (size_t i = 0; i < n; i++)
		if (!filter_is_empty(part[i].text)) {
			asks++;
			one = i;
		}
	if (asks == 1 && !part[one].negate)
		return strdup(part[one].text);
	to = open_memstream(&text, &size);
	if (to == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (filter_is_empty(part[i].text))
			continue;
		/* A comment in the text ends with the line. */
		fprintf(to, "%s%s(%s%s)", sep, part[i].negate ? "not " : "",
		    part[i].text, strchr(part[i].text, '#') ? "\n" : "");
		sep = " and ";
	}
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}
