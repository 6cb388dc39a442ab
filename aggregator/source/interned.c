/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/interned.h"

#include <string.h>

static bool
is(const struct interned *s, size_t i, const char *text, size_t len)
{
	/* The last byte is where prefixes and devices differ. */
	return s->len[i] == len && s->name[i][len - 1] == text[len - 1] &&
	       memcmp(s->name[i], text, len) == 0;
}

const char *
interned_get(struct interned *s, const char *text, size_t len)
{
	size_t i;

	if (len == 0)
		return NULL;
	if (len > NAME_TEXT_MAX - 1)
		len = NAME_TEXT_MAX - 1;
	/* A string cannot hold NUL. */
	if (is(s, s->last, text, len))
		return s->name[s->last];
	len = strnlen(text, len);
	for (i = 0; i < s->n; i++)
		if (is(s, i, text, len)) {
			s->last = i;
			return s->name[i];
		}
	i = s->next;
	s->next = (s->next + 1) % INTERNED_MAX;
	s->n += s->n < INTERNED_MAX;
	memcpy(s->name[i], text, len);
	s->name[i][len] = '\0';
	s->len[i] = len;
	s->last = i;
	return s->name[i];
}
