/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/lines.h"
#include "aggregator/source/input.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES (256 * 1024)
#define BUFFER_BYTES (LINE_BYTES_MAX + CHUNK_BYTES)

struct lines {
	struct input *in;
	uint64_t number;
	bool at_end;
	char *at, *end;		    /* in 'buf': not yet given */
	char buf[BUFFER_BYTES + 1]; /* one for the end behind the last */
};

struct lines *
lines_new(struct input *in)
{
	struct lines *l = malloc(sizeof(*l));

	if (l == NULL)
		return NULL;
	l->in = in;
	l->number = 0;
	l->at_end = false;
	l->at = l->end = l->buf;
	return l;
}

void
lines_free(struct lines *l)
{
	free(l);
}

/* More bytes behind those that are left, which move to the front. */
static void
fill(struct lines *l)
{
	size_t left = (size_t)(l->end - l->at), n;

	memmove(l->buf, l->at, left);
	l->at = l->buf;
	n = input_read(l->in, l->buf + left, BUFFER_BYTES - left);
	l->at_end = n == 0;
	l->end = l->buf + left + n;
	*l->end = '\0';
}

static void
set(struct line *out, char *text, char *end)
{
	out->text = text;
	out->len = (size_t)(end - text);
	if (out->len > 0 && end[-1] == '\r')
		out->len--;
}

/* Up to the end of a line that is too long. */
static enum lines_result
skip_line(struct lines *l)
{
	char *nl = NULL;

	do {
		l->at = l->end;
		fill(l);
		nl = memchr(l->at, '\n', (size_t)(l->end - l->at));
	} while (nl == NULL && !l->at_end);
	l->at = nl == NULL ? l->end : nl + 1;
	return LINES_TOO_LONG;
}

enum lines_result
lines_next(struct lines *l, struct line *out)
{
	size_t looked = 0;
	char *nl;

	for (;;) {
		size_t left = (size_t)(l->end - l->at);

		nl = memchr(l->at + looked, '\n', left - looked);
		if (nl != NULL || l->at_end || left > LINE_BYTES_MAX)
			break;
		looked = left;
		fill(l);
	}
	if (l->at == l->end && l->at_end)
		return LINES_END;
	out->number = ++l->number;
	if ((nl == NULL ? l->end : nl) - l->at > LINE_BYTES_MAX) {
		if (nl == NULL)
			return skip_line(l);
		l->at = nl + 1;
		return LINES_TOO_LONG;
	}
	set(out, l->at, nl == NULL ? l->end : nl);
	l->at = nl == NULL ? l->end : nl + 1;
	return LINES_ONE;
}

bool
lines_of(const char **p, const char *end, struct line *out)
{
	const char *nl =
	    *p == end ? NULL : memchr(*p, '\n', (size_t)(end - *p));

	if (nl == NULL)
		return false;
	out->text = *p;
	out->len = (size_t)(nl - *p);
	if (out->len > 0 && nl[-1] == '\r')
		out->len--;
	*p = nl + 1;
	return true;
}

const char *
lines_peek(struct lines *l, size_t n)
{
	while ((size_t)(l->end - l->at) < n && !l->at_end)
		fill(l);
	return (size_t)(l->end - l->at) < n ? NULL : l->at;
}

void
lines_drop(struct lines *l, size_t n)
{
	l->at += n;
}
