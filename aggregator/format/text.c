/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/text.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Bytes that follow a lead byte, the bits of the lead that count, and the
 * least code point of that length: shorter forms are forged (RFC 3629, 3). */
struct lead {
	uint8_t mask, value, bits, follow;
	uint32_t least;
};

static const struct lead leads[] = {
    {0x80, 0x00, 0x7f, 0, 0},
    {0xe0, 0xc0, 0x1f, 1, 0x80},
    {0xf0, 0xe0, 0x0f, 2, 0x800},
    {0xf8, 0xf0, 0x07, 3, 0x10000},
};

static uint32_t
decode(const uint8_t *s, const struct lead *l)
{
	uint32_t c = s[0] & l->bits;

	for (size_t i = 1; i <= l->follow; i++) {
		if ((s[i] & 0xc0) != 0x80) /* the end of the text, too */
			return TEXT_BAD;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < l->least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return TEXT_BAD;
	return c;
}

uint32_t
text_next(const char **p)
{
	const uint8_t *s = (const uint8_t *)*p;
	uint32_t c;

	for (size_t i = 0; i < sizeof(leads) / sizeof(*leads); i++) {
		if ((s[0] & leads[i].mask) != leads[i].value)
			continue;
		c = decode(s, &leads[i]);
		*p += c == TEXT_BAD ? 1 : 1 + leads[i].follow;
		return c;
	}
	*p += 1;
	return TEXT_BAD;
}

/* Visible nothings: they hide text or turn its direction ("Trojan source",
 * CVE-2021-42574), and some libraries give them a width. */
static bool
is_invisible(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff) || c == TEXT_BAD;
}

int
text_columns(uint32_t c)
{
	int n;

	if (is_invisible(c))
		return 0;
	if (c < 0x80)
		return 1;
	if (MB_CUR_MAX == 1) /* not UTF-8 */
		return 0;
	n = wcwidth((wchar_t)c);
	return n > 0 ? n : 0;
}

size_t
text_clean(const char *s, bool terminal, char *out, size_t size)
{
	size_t at = 0, columns = 0;

	while (*s != '\0') {
		const char *from = s;
		uint32_t c = text_next(&s);
		int n = terminal ? text_columns(c) : !is_invisible(c);
		size_t len = n == 0 ? 1 : (size_t)(s - from);

		if (len >= size - at)
			break;
		memcpy(out + at, n == 0 ? "?" : from, len);
		at += len;
		columns += n == 0 ? 1 : (size_t)n;
	}
	out[at] = '\0';
	return columns;
}

void
text_utf8(const char *s, char *out, size_t size)
{
	size_t at = 0;

	while (*s != '\0') {
		const char *from = s;
		bool bad = text_next(&s) == TEXT_BAD;
		size_t len = bad ? strlen(REPLACEMENT) : (size_t)(s - from);

		if (len >= size - at)
			break;
		memcpy(out + at, bad ? REPLACEMENT : from, len);
		at += len;
	}
	out[at] = '\0';
}
