/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/rules_diff.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define BLOCK_MAX 64 /* "table netdev synhive", "chain prerouting" */
#define EGRESS_HOOK "type filter hook egress "

/* Where the reader is: a table, and a chain, set or counter in it. */
struct reader {
	char table[BLOCK_MAX], block[BLOCK_MAX];
	bool in_table, in_block, in_list;
	FILE *out;
};

static bool
begins(const char *line, size_t n, const char *with)
{
	size_t len = strlen(with);

	return n >= len && memcmp(line, with, len) == 0;
}

static bool
ends(const char *line, size_t n, char with)
{
	return n > 0 && line[n - 1] == with;
}

/* The words of a line that opens a block: all but the brace. */
static void
open_block(char name[static BLOCK_MAX], const char *line, size_t n)
{
	snprintf(name, BLOCK_MAX, "%.*s", (int)(n - 2), line);
}

static void
print_place(const struct reader *r)
{
	fputs(r->table, r->out);
	if (r->in_block)
		fprintf(r->out, ", %s", r->block);
	fputc('\t', r->out);
}

static void
print_line(const struct reader *r, const char *line, size_t n)
{
	/* One version of nft quotes devices where another does not. */
	bool unquote = begins(line, n, EGRESS_HOOK);

	for (size_t i = 0; i < n; i++)
		if (!unquote || line[i] != '"')
			fputc(line[i], r->out);
}

/* A line of a chain, set or counter; or of a table. */
static void
read_inner(struct reader *r, const char *line, size_t n)
{
	bool list = begins(line, n, "elements = {");

	if (begins(line, n, "packets "))
		return;
	if (r->in_list)
		fputc(' ', r->out);
	else
		print_place(r);
	print_line(r, line, n);
	r->in_list = (list || r->in_list) && !ends(line, n, '}');
	if (!r->in_list)
		fputc('\n', r->out);
}

static void
read_line(struct reader *r, const char *line, size_t n)
{
	bool opens = ends(line, n, '{') && n > 2 && !r->in_list &&
		     memchr(line, '=', n) == NULL;

	if (!r->in_table) {
		if (!opens || !begins(line, n, "table "))
			return;
		open_block(r->table, line, n);
		r->in_table = true;
	} else if (opens) {
		open_block(r->block, line, n);
		r->in_block = true;
	} else if (n == 1 && line[0] == '}' && !r->in_list) {
		if (!r->in_block)
			r->in_table = false;
		r->in_block = false;
		return;
	} else {
		read_inner(r, line, n);
		return;
	}
	print_place(r);
	fputs("{\n", r->out);
}

char *
rules_flatten(const char *text)
{
	struct reader r = {.in_table = false};
	char *flat = NULL;
	size_t size;

	if ((r.out = open_memstream(&flat, &size)) == NULL)
		return NULL;
	while (*text != '\0') {
		const char *end = strchrnul(text, '\n');
		size_t n;

		text += strspn(text, " \t");
		n = text < end ? (size_t)(end - text) : 0;
		while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
			n--;
		if (n > 0)
			read_line(&r, text, n);
		text = *end == '\0' ? end : end + 1;
	}
	if (fclose(r.out) != 0) {
		free(flat);
		return NULL;
	}
	return flat;
}

/* The length of the line at 'p', its newline included. */
static size_t
line_bytes(const char *p)
{
	const char *end = strchrnul(p, '\n');

	return (size_t)(end - p) + (*end == '\n');
}

/* Whether 'text' has the line at 'line'. */
static bool
has_line(const char *text, const char *line)
{
	size_t n = line_bytes(line);

	for (; *text != '\0'; text += line_bytes(text))
		if (line_bytes(text) == n && memcmp(text, line, n) == 0)
			return true;
	return false;
}

static int
complain(struct err *e, const char *what, const char *line)
{
	const char *tab = strchrnul(line, '\t');
	size_t n = line_bytes(line);
	size_t place = (size_t)(tab - line), rest = n - place - 2;

	/* A block as a whole: its line is a brace. */
	if (rest == 1 && tab[1] == '{')
		return err_set(
		    e, EX_CONFIG, "nft: %.*s %s", (int)place, line, what);
	return err_set(e, EX_CONFIG, "nft: %.*s: this line %s: %.*s",
	    (int)place, line, what, (int)rest, tab + 1);
}

int
rules_diff(const char *expected, const char *standing, struct err *e)
{
	while (*expected != '\0' && *standing != '\0') {
		size_t n = line_bytes(expected);

		if (n == line_bytes(standing) &&
		    memcmp(expected, standing, n) == 0) {
			expected += n;
			standing += n;
		} else if (has_line(standing, expected)) {
			return complain(e, "should not be there", standing);
		} else {
			return complain(e, "is missing or changed", expected);
		}
	}
	if (*expected != '\0')
		return complain(e, "is missing", expected);
	if (*standing != '\0')
		return complain(e, "should not be there", standing);
	return 0;
}

/* What of a line can only be changed by making its block anew. */
static size_t
shape_bytes(const char *line)
{
	size_t n = line_bytes(line);
	const char *tab = memchr(line, '\t', n), *text = tab + 1;
	size_t left;

	if (tab == NULL)
		return 0;
	left = n - (size_t)(text - line);
	if (begins(text, left, EGRESS_HOOK))
		return (size_t)(text - line) + strlen(EGRESS_HOOK);
	return begins(text, left, "{") || begins(text, left, "type ") ||
		       begins(text, left, "flags ")
		   ? n
		   : 0;
}

/* The next line at or after '*p' that has a shape; its bytes, or 0. */
static size_t
next_shape(const char **p)
{
	for (; **p != '\0'; *p += line_bytes(*p))
		if (shape_bytes(*p) > 0)
			return shape_bytes(*p);
	return 0;
}

bool
rules_same_shape(const char *expected, const char *standing)
{
	size_t n;

	while ((n = next_shape(&expected)) == next_shape(&standing)) {
		if (n == 0)
			return true;
		if (memcmp(expected, standing, n) != 0)
			return false;
		expected += line_bytes(expected);
		standing += line_bytes(standing);
	}
	return false;
}

static const char *
egress_line(const char *flat, size_t *n)
{
	const char *at = strstr(flat, "\t" EGRESS_HOOK);

	*n = at == NULL ? 0 : line_bytes(at);
	return at;
}

bool
rules_same_devices(const char *expected, const char *standing)
{
	size_t n, m;
	const char *a = egress_line(expected, &n);
	const char *b = egress_line(standing, &m);

	return n == m && (n == 0 || memcmp(a, b, n) == 0);
}
