/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/utf8.h"

#include <stdint.h>

/* The bytes of the character that begins there, by RFC 3629; 0: none does. */
static size_t
character(const uint8_t *s)
{
	size_t n = 0;

	if (*s < 0x80)
		n = 1;
	else if (*s >= 0xc2 && *s < 0xf5)
		n = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than it must be, half of a pair, beyond the last. */
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

size_t
utf8_fit(const char *s, size_t max)
{
	size_t len = 0, n;

	while (s[len] != '\0') {
		n = character((const uint8_t *)s + len);
		if (n == 0 || len + n > max)
			break;
		len += n;
	}
	return len;
}
