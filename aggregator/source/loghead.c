/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/loghead.h"

void
loghead_skip_priority(struct cursor *c)
{
	struct cursor at = *c;
	uint64_t n;

	if (!cursor_char(&at, '<') || !cursor_number(&at, 999, &n) ||
	    !cursor_char(&at, '>'))
		return;
	if (cursor_left(&at) > 2 && is_digit(at.p[0]) && at.p[1] == ' ')
		at.p += 2;
	*c = at;
}

static void
skip_word(struct cursor *c)
{
	while (c->p < c->end && *c->p != ' ')
		c->p++;
	cursor_blanks(c);
}

/* "kernel:", "ulogd[412]:" */
static bool
is_tag(struct cursor c)
{
	const char *from = c.p;

	while (c.p < c.end && *c.p != ' ')
		c.p++;
	return c.p > from && c.p[-1] == ':';
}

struct cursor
loghead_prefix(struct cursor c, bool has_host)
{
	struct stamp uptime;

	cursor_blanks(&c);
	if (has_host && is_tag(c)) {
		skip_word(&c);
	} else if (has_host) {
		struct cursor at = c;

		skip_word(&at);
		/* A program's name follows; RFC 5424 has "- - - -" there. */
		if (is_tag(at)) {
			c = at;
			skip_word(&c);
		} else if (cursor_word(&at, "- ")) {
			c = at;
		}
		while (cursor_word(&c, "- "))
			continue;
	}
	if (cursor_peek(&c) == '[') {
		struct cursor at = c;

		if (stamp_read(&at, &uptime) && uptime.kind == STAMP_UPTIME)
			c = at;
		cursor_blanks(&c);
	}
	while (c.end > c.p && c.end[-1] == ' ')
		c.end--;
	return c;
}

bool
loghead_find_stamp(struct cursor *c, struct stamp *out)
{
	for (; c->p < c->end; c->p++) {
		struct cursor at = *c;

		if (stamp_read(&at, out) &&
		    (out->kind == STAMP_LOCAL || out->kind == STAMP_OFFSET)) {
			*c = at;
			return true;
		}
	}
	return false;
}
