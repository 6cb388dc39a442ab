/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_LINES_H
#define AGGREGATOR_SOURCE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input;

/*
 * The longest line that is read: journald cuts at 48 KiB, rsyslog at 8, a
 * connection in Zeek's JSON has about 1.
 */
#define LINE_BYTES_MAX (64 * 1024)

/*
 * text: 'len' bytes without the line's end ("\n", "\r\n"); text[len] may be
 *       read: it is '\n', '\r' or '\0'.  Any bytes may be in it.
 */
struct line {
	const char *text;
	size_t len;
	uint64_t number; /* from 1 */
};

struct lines;

/* in: borrowed.  NULL: no memory. */
struct lines *lines_new(struct input *in);
void lines_free(struct lines *l);

enum lines_result {
	LINES_END,
	LINES_ONE,
	LINES_TOO_LONG, /* was skipped; its number is set */
};

/* The next line, borrowed until the next call.  The last one may have no
 * end. */
enum lines_result lines_next(struct lines *l, struct line *out);

/* Of bytes at hand, such as an input's head: the next line, which '*p' is
 * moved behind.  False at 'end', and where no line's end is left. */
bool lines_of(const char **p, const char *end, struct line *out);

/* The next 'n' bytes, at most LINE_BYTES_MAX, whatever they are (binary fields
 * of the journal); NULL: there are fewer.  Borrowed as lines are; read again
 * unless they are dropped. */
const char *lines_peek(struct lines *l, size_t n);
void lines_drop(struct lines *l, size_t n);

#endif
