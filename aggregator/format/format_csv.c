/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/format_impl.h"
#include "aggregator/format/text.h"

#include <stdlib.h>
#include <string.h>

struct csv {
	FILE *to;
	const struct layout *layout;
	bool begun;
};

/*
 * A spreadsheet takes a cell that begins with one of these for a formula and
 * runs it ("CSV injection"); the last four are what some take for the same.
 */
static const char *const formula[] = {"=", "+", "-", "@", "\xef\xbc\x9d",
    "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

static bool
is_formula(const char *s)
{
	s += strspn(s, " ");
	for (size_t i = 0; i < sizeof(formula) / sizeof(*formula); i++)
		if (strncmp(s, formula[i], strlen(formula[i])) == 0)
			return true;
	return false;
}

/* RFC 4180, 2: quotes around what holds a comma, a quote or a line's end
 * (which text_clean() took away), and a quote doubled. */
static void
write_quoted(FILE *to, const char *s)
{
	putc('"', to);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			putc('"', to);
		putc(*s, to);
	}
	putc('"', to);
}

static void
write_cell(FILE *to, const struct cell *c)
{
	char raw[FORMAT_TEXT_MAX], text[FORMAT_TEXT_MAX + 1] = "'";
	const char *s = text + 1;
	bool words = c->type == CELL_TEXT || c->type == CELL_NAMES;

	text_clean(cell_print(c, raw), false, text + 1, sizeof(text) - 1);
	if (words && is_formula(s))
		s--;
	if (strpbrk(s, ",\"") != NULL || *s == ' ')
		write_quoted(to, s);
	else
		fputs(s, to);
}

static void
begin(struct csv *c)
{
	const char *sep = "";

	if (c->begun)
		return;
	c->begun = true;
	for (size_t i = 0; i < c->layout->n; i++) {
		if (!(c->layout->column[i].flags & COLUMN_CSV))
			continue;
		fprintf(c->to, "%s%s", sep, c->layout->column[i].name);
		sep = ",";
	}
	fputs("\r\n", c->to);
}

static void *
csv_new(FILE *to, const struct layout *l, bool color)
{
	struct csv *c = calloc(1, sizeof(*c));

	(void)color;
	if (c == NULL)
		return NULL;
	c->to = to;
	c->layout = l;
	return c;
}

static int
csv_row(void *self, const struct cell *cell)
{
	struct csv *c = self;
	const char *sep = "";

	begin(c);
	for (size_t i = 0; i < c->layout->n; i++) {
		if (!(c->layout->column[i].flags & COLUMN_CSV))
			continue;
		fputs(sep, c->to);
		write_cell(c->to, &cell[i]);
		sep = ",";
	}
	fputs("\r\n", c->to);
	return 0;
}

static void
csv_flush(void *self)
{
	begin(self);
}

const struct format format_csv = {
    .name = "csv",
    .doc = "RFC 4180, with a header; empty where a value is not known",
    .new = csv_new,
    .row = csv_row,
    .flush = csv_flush,
    .free = free,
};
