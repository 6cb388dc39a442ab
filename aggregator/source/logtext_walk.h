/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_LOGTEXT_WALK_H
#define AGGREGATOR_SOURCE_LOGTEXT_WALK_H

/* The inside of logtext.c: a line is walked word by word. */
#include "aggregator/source/eight.h"
#include "aggregator/source/logtext.h"

#include <stdint.h>

/* What has been seen of a packet. */
enum seen {
	SEEN_OUT = 1,
	SEEN_SRC = 2,
	SEEN_DST = 4,
	SEEN_PROTO = 8,
	SEEN_SPT = 16,
	SEEN_DPT = 32,
	SEEN_URGP = 64,
};

struct walk {
	struct cursor c;
	struct logtext *out;
	unsigned int seen;
	const char *why; /* it cannot be read */
};

/* Keys as numbers: their letters, the last one lowest. */
#define KEY2(a, b) ((uint64_t)(a) << 8 | (b))
#define KEY3(a, b, c) (KEY2(a, b) << 8 | (c))
#define KEY4(a, b, c, d) (KEY3(a, b, c) << 8 | (d))
#define KEY5(a, b, c, d, e) (KEY4(a, b, c, d) << 8 | (e))
#define KEY6(a, b, c, d, e, f) (KEY5(a, b, c, d, e) << 8 | (f))
#define KEY7(a, b, c, d, e, f, g) (KEY6(a, b, c, d, e, f) << 8 | (g))
#define KEY8(a, b, c, d, e, f, g, h) (KEY4(a, b, c, d) << 32 | KEY4(e, f, g, h))

static inline bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Does a key or a flag begin here?  Then the byte before stands for a
 * blank. */
static inline bool
begins_key(const struct cursor *c, const char *p)
{
	return c->end - p >= 3 && is_upper(p[0]) && is_upper(p[1]) &&
	       (is_upper(p[2]) || p[2] == '=');
}

/* The end of a value: a blank, the end, or a damaged blank. */
static inline bool
value_ends(struct walk *w)
{
	struct cursor *c = &w->c;

	if (c->p == c->end || *c->p == ' ')
		return true;
	if (!begins_key(c, c->p + 1))
		return false;
	c->p++;
	return true;
}

static inline void
skip_value(struct walk *w)
{
	const char *p = w->c.p;
	size_t n;

	for (; w->c.end - p >= 8; p += 8)
		if ((n = eight_until(eight_bytes(p), ' ')) < 8) {
			w->c.p = p + n;
			return;
		}
	while (p < w->c.end && *p != ' ')
		p++;
	w->c.p = p;
}

static inline bool
is_tcp(const struct walk *w)
{
	return (w->seen & SEEN_PROTO) && w->out->record.proto == 6;
}

#endif
