/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/fields.h"

#include <string.h>

#define ENOUGH 3 /* names that agree: it is no accident */

void
fields_split(struct cursor line, char separator, struct fields *out)
{
	const char *p = line.p;

	for (out->n = 0; out->n < FIELDS_MAX; p++) {
		const char *end = p >= line.end ? NULL
						: memchr(p, separator,
						      (size_t)(line.end - p));
		struct cursor *f = &out->f[out->n++];

		*f = (struct cursor){p, end == NULL ? line.end : end};
		if (end == NULL)
			break;
		p = end;
	}
}

/* Bytes of the blank at the cursor. */
static size_t
blank(const struct cursor *c)
{
	unsigned char b = (unsigned char)cursor_peek(c);

	if (cursor_left(c) == 0)
		return 0;
	if (b == ' ' || b == '\t' || b == 0xa0) /* Latin-1 */
		return 1;
	return b == 0xc2 && cursor_left(c) > 1 && (unsigned char)c->p[1] == 0xa0
		   ? 2
		   : 0;
}

void
fields_words(struct cursor line, struct fields *out)
{
	struct cursor c = line;

	for (out->n = 0; out->n < FIELDS_MAX;) {
		const char *from;

		while (blank(&c) > 0)
			c.p += blank(&c);
		from = c.p;
		while (cursor_left(&c) > 0 && blank(&c) == 0)
			c.p++;
		if (c.p == from)
			break;
		out->f[out->n++] = (struct cursor){from, c.p};
	}
}

static bool
is_named(const struct cursor *f, const char *name)
{
	return cursor_left(f) == strlen(name) &&
	       memcmp(f->p, name, cursor_left(f)) == 0;
}

/* How many names stand in 'header' where 'order' has them. */
static size_t
agreement(const struct fields *header, const char *order)
{
	struct fields known;
	size_t n = 0;

	fields_words(cursor_init(order, strlen(order)), &known);
	for (size_t i = 0; i < known.n && i < header->n; i++)
		n += cursor_left(&known.f[i]) == cursor_left(&header->f[i]) &&
		     memcmp(known.f[i].p, header->f[i].p,
			 cursor_left(&known.f[i])) == 0;
	return n;
}

static size_t
apply_names(const struct fields *header, const struct field_name *names,
    struct columns *out)
{
	size_t found = 0;

	for (size_t i = 0; i < header->n; i++)
		for (size_t k = 0; names[k].name != NULL; k++)
			if (is_named(&header->f[i], names[k].name)) {
				out->at[names[k].field] = (int)i;
				found++;
			}
	return found;
}

void
columns_of(
    const char *order, const struct field_name *names, struct columns *out)
{
	struct fields known;

	for (size_t i = 0; i < FIELDS; i++)
		out->at[i] = COLUMN_NONE;
	out->n = 0;
	fields_words(cursor_init(order, strlen(order)), &known);
	apply_names(&known, names, out);
}

bool
columns_read(const struct fields *header, const char *const *orders,
    const struct field_name *names, struct columns *out)
{
	const char *best = "";
	size_t most = ENOUGH - 1;
	struct columns c;

	for (size_t i = 0; orders[i] != NULL; i++)
		if (agreement(header, orders[i]) > most) {
			most = agreement(header, orders[i]);
			best = orders[i];
		}
	columns_of(best, names, &c);
	if (apply_names(header, names, &c) < ENOUGH)
		return false;
	c.n = header->n;
	*out = c;
	return true;
}

struct cursor
columns_get(const struct columns *c, const struct fields *f, enum field which)
{
	int at = c->at[which];

	if (at == COLUMN_NONE || (size_t)at >= f->n)
		return (struct cursor){"", ""};
	return f->f[at];
}
