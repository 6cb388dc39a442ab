/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/format_impl.h"
#include "aggregator/format/text.h"

#include <jansson.h>
#include <stdlib.h>

/* ASCII only: what a terminal could take for a command is "\u....", and a
 * program that reads it has every byte that was valid UTF-8. */
#define JSON_HOW (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12))

struct json {
	FILE *to;
	const struct layout *layout;
};

/* U+FFFD takes three bytes in the place of one. */
#define JSON_TEXT_MAX (3 * FORMAT_TEXT_MAX)

static json_t *
string(const char *s)
{
	char text[JSON_TEXT_MAX];

	text_utf8(s, text, sizeof(text));
	return json_string_nocheck(text);
}

static json_t *
list(const struct cell *c)
{
	size_t n = c->type == CELL_NAMES ? c->u.names->n : c->u.addrs.n;
	json_t *a = json_array();
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    a, string(c->type == CELL_NAMES
				  ? c->u.names->name[i]
				  : addr_format(&c->u.addrs.addr[i], text)));
	return a;
}

static json_t *
texts(const struct cell *c)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->u.texts.n; i++)
		json_array_append_new(
		    a, string(c->u.texts.first + i * c->u.texts.bytes));
	return a;
}

static json_t *object(const struct layout *l, const struct cell *cell);

static json_t *
rows(const struct cell_rows *r)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(
		    a, object(r->layout, r->cell + i * r->layout->n));
	return a;
}

static json_t *
value(const struct cell *c)
{
	char text[FORMAT_TEXT_MAX];

	switch (c->type) {
	case CELL_NULL:
		break;
	case CELL_TEXT:
	case CELL_ADDR:
	case CELL_TIME:
		return string(cell_print(c, text));
	case CELL_UINT:
		/* JSON's integers are signed here; nothing counts so far. */
		return json_integer(
		    c->u.uint > INT64_MAX ? INT64_MAX : (json_int_t)c->u.uint);
	case CELL_INT:
		return json_integer(c->u.integer);
	case CELL_REAL:
		return json_real(c->u.real);
	case CELL_BOOL:
		return json_boolean(c->u.yes);
	case CELL_NAMES:
	case CELL_ADDRS:
		return list(c);
	case CELL_TEXTS:
		return texts(c);
	case CELL_ROWS:
		return rows(&c->u.rows);
	}
	return json_null();
}

/* NULL when memory is out anywhere below: the setters pass it on. */
static json_t *
object(const struct layout *l, const struct cell *cell)
{
	json_t *o = json_object();

	for (size_t i = 0; o != NULL && i < l->n; i++)
		if (json_object_set_new_nocheck(
			o, l->column[i].name, value(&cell[i])) == -1) {
			json_decref(o);
			return NULL;
		}
	return o;
}

static void *
json_new(FILE *to, const struct layout *l, bool color)
{
	struct json *j = calloc(1, sizeof(*j));

	(void)color;
	if (j == NULL)
		return NULL;
	j->to = to;
	j->layout = l;
	return j;
}

static int
json_row(void *self, const struct cell *cell)
{
	struct json *j = self;
	json_t *o = object(j->layout, cell);

	if (o == NULL)
		return -1;
	/* What it returns is in ferror(), too. */
	if (json_dumpf(o, j->to, JSON_HOW) == 0)
		putc('\n', j->to);
	json_decref(o);
	return 0;
}

static void
json_flush(void *self)
{
	(void)self;
}

const struct format format_json = {
    .name = "json",
    .doc = "one JSON object a line; null where a value is not known",
    .new = json_new,
    .row = json_row,
    .flush = json_flush,
    .free = free,
};
