/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/quote.h"
#include "aggregator/format/text.h"

#include <stdbool.h>
#include <string.h>

/* A label's lines one by one, or the text as it is. */
static void
each_clean(FILE *to, const char *s, const char *line_end,
    void (*put)(FILE *to, const char *clean))
{
	char raw[QUOTE_TEXT_MAX], clean[QUOTE_TEXT_MAX];

	do {
		size_t len = line_end != NULL ? strcspn(s, "\n") : strlen(s);

		snprintf(raw, sizeof(raw), "%.*s", (int)len, s);
		text_clean(raw, false, clean, sizeof(clean));
		put(to, clean);
		s += len;
		if (*s == '\n')
			fputs(line_end, to);
	} while (*s++ != '\0');
}

static void
put_dot(FILE *to, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', to);
		/* Labels know the entities of HTML. */
		if (*s == '&')
			fputs("&amp;", to);
		else
			fputc(*s, to);
	}
}

void
quote_dot(FILE *to, const char *s)
{
	fputc('"', to);
	each_clean(to, s, "\\n", put_dot);
	fputc('"', to);
}

void
quote_dot_left(FILE *to, const char *s)
{
	fputc('"', to);
	each_clean(to, s, "\\l", put_dot);
	fputs("\\l\"", to);
}

static void
put_xml(FILE *to, const char *s)
{
	static const struct {
		char c;
		const char *name;
	} entities[] = {
	    {'&', "&amp;"},
	    {'<', "&lt;"},
	    {'>', "&gt;"},
	    {'"', "&quot;"},
	    {'\'', "&#39;"},
	};

	for (; *s != '\0'; s++) {
		const char *name = NULL;

		for (size_t i = 0; i < sizeof(entities) / sizeof(*entities);
		     i++)
			if (entities[i].c == *s)
				name = entities[i].name;
		if (name != NULL)
			fputs(name, to);
		else
			fputc(*s, to);
	}
}

void
quote_xml(FILE *to, const char *s)
{
	each_clean(to, s, NULL, put_xml);
}

static void
put_gnuplot(FILE *to, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			fputc('\'', to);
		fputc(*s, to);
	}
}

void
quote_gnuplot(FILE *to, const char *s)
{
	/* In single quotes a quote is doubled, and nothing else means
	 * anything; in double quotes `...` would be executed. */
	fputc('\'', to);
	each_clean(to, s, NULL, put_gnuplot);
	fputc('\'', to);
}

static void
put_plain(FILE *to, const char *s)
{
	fputs(s, to);
}

void
quote_line(FILE *to, const char *s)
{
	each_clean(to, s, NULL, put_plain);
}

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c));
}

int
quote_url(const char *s, char *out, size_t size)
{
	size_t at = 0;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		size_t len = is_unreserved(c) ? 1 : 3;

		if (at + len >= size) {
			out[0] = '\0';
			return -1;
		}
		if (len == 1)
			out[at] = *s;
		else
			snprintf(out + at, size - at, "%%%02X", c);
		at += len;
	}
	out[at] = '\0';
	return 0;
}
