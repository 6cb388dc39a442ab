/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/format_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct cell
cell_null(void)
{
	return (struct cell){.type = CELL_NULL};
}

struct cell
cell_text(const char *s)
{
	if (s == NULL)
		return cell_null();
	return (struct cell){.type = CELL_TEXT, .u.text = s};
}

struct cell
cell_name(const char *s)
{
	return s == NULL || *s == '\0' ? cell_null() : cell_text(s);
}

struct cell
cell_addr(const struct addr *a)
{
	if (a == NULL)
		return cell_null();
	return (struct cell){.type = CELL_ADDR, .u.addr = *a};
}

struct cell
cell_time(int64_t ns)
{
	if (ns == TIME_NONE)
		return cell_null();
	return (struct cell){.type = CELL_TIME, .u.time_ns = ns};
}

struct cell
cell_uint(uint64_t n)
{
	return (struct cell){.type = CELL_UINT, .u.uint = n};
}

struct cell
cell_int(int64_t n)
{
	return (struct cell){.type = CELL_INT, .u.integer = n};
}

struct cell
cell_port(uint16_t port)
{
	return port == 0 ? cell_null() : cell_uint(port);
}

struct cell
cell_real(double d)
{
	return (struct cell){.type = CELL_REAL, .u.real = d};
}

struct cell
cell_bool(bool yes)
{
	return (struct cell){.type = CELL_BOOL, .u.yes = yes};
}

struct cell
cell_names(const struct names *s)
{
	return (struct cell){.type = CELL_NAMES, .u.names = s};
}

struct cell
cell_addrs(const struct addr *a, size_t n)
{
	return (struct cell){
	    .type = CELL_ADDRS, .u.addrs = {.addr = a, .n = n}};
}

struct cell
cell_texts(const char *first, size_t bytes, size_t n)
{
	return (struct cell){.type = CELL_TEXTS,
	    .u.texts = {.first = first, .bytes = bytes, .n = n}};
}

struct cell
cell_rows(const struct layout *l, const struct cell *cell, size_t n)
{
	return (struct cell){
	    .type = CELL_ROWS, .u.rows = {.layout = l, .cell = cell, .n = n}};
}

struct cell
cell_severity(enum severity s)
{
	static const enum tone tones[] = {
	    [SEVERITY_SUSPECT] = TONE_WARN,
	    [SEVERITY_COMPROMISED] = TONE_BAD,
	    [SEVERITY_DEGRADED] = TONE_WARN,
	    [SEVERITY_ALARM] = TONE_BAD,
	};
	struct cell c = cell_name(severity_name(s));

	if ((size_t)s < sizeof(tones) / sizeof(*tones))
		c.tone = tones[s];
	return c;
}

/* Append a word; what does not fit any more is left out. */
static void
add_word(char *out, const char *word)
{
	size_t at = strlen(out);

	snprintf(
	    out + at, FORMAT_TEXT_MAX - at, "%s%s", at == 0 ? "" : " ", word);
}

static void
print_list(const struct cell *c, char *out)
{
	char text[ADDR_TEXT_MAX];

	out[0] = '\0';
	for (size_t i = 0; c->type == CELL_NAMES && i < c->u.names->n; i++)
		add_word(out, c->u.names->name[i]);
	for (size_t i = 0; c->type == CELL_ADDRS && i < c->u.addrs.n; i++)
		add_word(out, addr_format(&c->u.addrs.addr[i], text));
	for (size_t i = 0; c->type == CELL_TEXTS && i < c->u.texts.n; i++) {
		add_word(out, c->u.texts.first + i * c->u.texts.bytes);
		if (i + 1 < c->u.texts.n)
			strncat(out, ";", FORMAT_TEXT_MAX - strlen(out) - 1);
	}
}

const char *
cell_print(const struct cell *c, char out[static FORMAT_TEXT_MAX])
{
	char
	    text[TIME_TEXT_MAX > ADDR_TEXT_MAX ? TIME_TEXT_MAX : ADDR_TEXT_MAX];

	out[0] = '\0';
	switch (c->type) {
	case CELL_NULL:
	case CELL_ROWS:
		break;
	case CELL_TEXT:
		return c->u.text;
	case CELL_ADDR:
		add_word(out, addr_format(&c->u.addr, text));
		break;
	case CELL_TIME:
		add_word(out, time_format(c->u.time_ns, text));
		break;
	case CELL_UINT:
		snprintf(out, FORMAT_TEXT_MAX, "%" PRIu64, c->u.uint);
		break;
	case CELL_INT:
		snprintf(out, FORMAT_TEXT_MAX, "%" PRId64, c->u.integer);
		break;
	case CELL_REAL:
		snprintf(out, FORMAT_TEXT_MAX, "%.6g", c->u.real);
		break;
	case CELL_BOOL:
		add_word(out, c->u.yes ? "yes" : "no");
		break;
	case CELL_NAMES:
	case CELL_ADDRS:
	case CELL_TEXTS:
		print_list(c, out);
		break;
	}
	return out;
}
