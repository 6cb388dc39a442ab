/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/format_impl.h"
#include "aggregator/format/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/*
 * Rows that are looked at before the first is written, for the widths: two
 * screens.  Later rows may widen a column from there on.
 */
#define TABLE_AHEAD 128
#define HEAD_MAX 40
#define ID_SHOWN 10 /* of 32; the verbs say so when it is not enough */

struct text {
	char *s;
	size_t columns;
	enum tone tone;
};

struct table {
	FILE *to;
	const struct layout *layout;
	bool color, begun;
	size_t last; /* column that is not padded */
	size_t width[LAYOUT_COLUMNS_MAX];
	struct text *row[TABLE_AHEAD]; /* as many cells as columns */
	size_t n;
};

static void
row_free(struct text *row, size_t n)
{
	for (size_t i = 0; row != NULL && i < n; i++)
		free(row[i].s);
	free(row);
}

static bool
is_shown(const struct table *t, size_t i)
{
	return t->layout->column[i].flags & COLUMN_TABLE;
}

/* People compare clocks, not packets: milliseconds will do. */
static struct cell
rounded(const struct cell *c)
{
	struct cell out = *c;

	if (c->type == CELL_TIME)
		out.u.time_ns -=
		    (c->u.time_ns % NS_PER_MS + NS_PER_MS) % NS_PER_MS;
	return out;
}

static int
text_from_cell(struct text *out, const struct cell *c, uint32_t flags)
{
	char raw[FORMAT_TEXT_MAX], clean[FORMAT_TEXT_MAX], id[ID_SHOWN + 1];
	struct cell round = rounded(c);
	const char *s = cell_print(&round, raw);

	if (flags & COLUMN_ID) {
		snprintf(id, sizeof(id), "%.*s", ID_SHOWN, s);
		s = id;
	}
	out->columns =
	    text_clean(*s == '\0' ? "-" : s, true, clean, sizeof(clean));
	out->tone = c->tone;
	out->s = strdup(clean);
	return out->s == NULL ? -1 : 0;
}

/* The row as text, and columns widened to hold it. */
static struct text *
row_from_cells(struct table *t, const struct cell *cell)
{
	struct text *row = calloc(t->layout->n, sizeof(*row));

	for (size_t i = 0; row != NULL && i < t->layout->n; i++) {
		if (!is_shown(t, i))
			continue;
		if (text_from_cell(
			&row[i], &cell[i], t->layout->column[i].flags) == -1) {
			row_free(row, t->layout->n);
			return NULL;
		}
		if (row[i].columns > t->width[i])
			t->width[i] = row[i].columns;
	}
	return row;
}

static void
write_text(const struct table *t, const char *s, enum tone tone)
{
	static const char *const sgr[] = {
	    [TONE_GOOD] = "\033[32m",
	    [TONE_WARN] = "\033[33m",
	    [TONE_BAD] = "\033[1;31m",
	};

	if (!t->color || tone == TONE_PLAIN)
		fputs(s, t->to);
	else
		fprintf(t->to, "%s%s\033[0m", sgr[tone], s);
}

static void
write_cell(const struct table *t, size_t i, const struct text *x)
{
	size_t pad = x->columns < t->width[i] ? t->width[i] - x->columns : 0;

	if (t->layout->column[i].flags & COLUMN_RIGHT) {
		fprintf(t->to, "%*s", (int)pad, "");
		pad = 0;
	}
	write_text(t, x->s, x->tone);
	if (i != t->last)
		fprintf(t->to, "%*s", (int)pad + 2, "");
}

static void
write_row(const struct table *t, const struct text *row)
{
	for (size_t i = 0; i < t->layout->n; i++)
		if (is_shown(t, i))
			write_cell(t, i, &row[i]);
	putc('\n', t->to);
}

static void
write_header(const struct table *t)
{
	char head[HEAD_MAX + 1];

	for (size_t i = 0; i < t->layout->n; i++) {
		const char *name = t->layout->column[i].name;
		struct text x = {.s = head, .columns = strnlen(name, HEAD_MAX)};

		if (!is_shown(t, i))
			continue;
		for (size_t k = 0; k < x.columns; k++)
			head[k] = (char)toupper((unsigned char)name[k]);
		head[x.columns] = '\0';
		write_cell(t, i, &x);
	}
	putc('\n', t->to);
}

static void *
table_new(FILE *to, const struct layout *l, bool color)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->to = to;
	t->layout = l;
	t->color = color;
	for (size_t i = 0; i < l->n; i++) {
		t->width[i] = strlen(l->column[i].name);
		if (l->column[i].width > t->width[i])
			t->width[i] = l->column[i].width;
		if (is_shown(t, i))
			t->last = i;
	}
	return t;
}

static void
table_flush(void *self)
{
	struct table *t = self;

	if (!t->begun)
		write_header(t);
	t->begun = true;
	for (size_t i = 0; i < t->n; i++) {
		write_row(t, t->row[i]);
		row_free(t->row[i], t->layout->n);
	}
	t->n = 0;
}

static int
table_row(void *self, const struct cell *cell)
{
	struct table *t = self;
	struct text *row = row_from_cells(t, cell);

	if (row == NULL)
		return -1;
	t->row[t->n++] = row;
	if (t->begun || t->n == TABLE_AHEAD)
		table_flush(t);
	return 0;
}

static void
table_free(void *self)
{
	struct table *t = self;

	for (size_t i = 0; i < t->n; i++)
		row_free(t->row[i], t->layout->n);
	free(t);
}

const struct format format_table = {
    .name = "table",
    .doc = "for people: columns, with colours on a terminal",
    .new = table_new,
    .row = table_row,
    .flush = table_flush,
    .free = table_free,
};
