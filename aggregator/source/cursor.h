/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_CURSOR_H
#define AGGREGATOR_SOURCE_CURSOR_H

#include "aggregator/source/eight.h"
#include "common/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A cursor over text that somebody else wrote: what rd.h is to binary data.
 * Nothing is read at or behind 'end'.  A function that finds what it looks
 * for moves 'p' behind it; else it returns false and leaves 'p'.
 */
struct cursor {
	const char *p, *end;
};

static inline struct cursor
cursor_init(const char *text, size_t len)
{
	return (struct cursor){text, text + len};
}

static inline size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte at the cursor; '\0' at the end. */
static inline char
cursor_peek(const struct cursor *c)
{
	return c->p < c->end ? *c->p : '\0';
}

static inline bool
cursor_char(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

static inline void
cursor_blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
		c->p++;
}

/* Decimal, at most 'max'; a longer one is not found. */
static inline bool
cursor_number(struct cursor *c, uint64_t max, uint64_t *out)
{
	const char *p = c->p;
	uint64_t v = 0;
	size_t n = 8;

	if (cursor_left(c) >= 8) {
		n = eight_within(eight_bytes(p), '0', '9');
		v = n == 0 ? 0 : eight_number(eight_bytes(p), n);
		p += n;
	}
	while (n == 8 && p < c->end && is_digit(*p)) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
		p++;
	}
	if (p == c->p || v > max)
		return false;
	c->p = p;
	*out = v;
	return true;
}

/* Exactly 'n' decimal digits, at most 9. */
static inline bool
cursor_digits(struct cursor *c, size_t n, unsigned int *out)
{
	unsigned int v = 0;

	if (cursor_left(c) < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(c->p[i]))
			return false;
		v = v * 10 + (unsigned int)(c->p[i] - '0');
	}
	c->p += n;
	*out = v;
	return true;
}

/* Does 'word' stand at the cursor?  Inline: most words are constants. */
static inline bool
cursor_word(struct cursor *c, const char *word)
{
	size_t n = __builtin_strlen(word);

	if (cursor_left(c) < n || __builtin_memcmp(c->p, word, n) != 0)
		return false;
	c->p += n;
	return true;
}

/* Hexadecimal digits, at most 16, without "0x". */
bool cursor_hex(struct cursor *c, uint64_t *out);

/* An address of either family. */
bool cursor_addr(struct cursor *c, struct addr *out);

/* "6", "TCP", "tcp", "ICMPv6". */
bool cursor_proto(struct cursor *c, uint8_t *out);

/* As much of 'c' as fits, for a complaint: what cannot be shown becomes
 * '?'. */
const char *cursor_excerpt(
    const char *text, size_t len, char *out, size_t size);

#endif
