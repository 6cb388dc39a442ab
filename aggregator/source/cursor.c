/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/cursor.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
cursor_hex(struct cursor *c, uint64_t *out)
{
	const char *p = c->p;
	uint64_t v = 0;

	while (p < c->end && p - c->p < 16 && hex_value(*p) != -1)
		v = v << 4 | (uint64_t)hex_value(*p++);
	if (p == c->p)
		return false;
	c->p = p;
	*out = v;
	return true;
}

/* One to three digits.  Returns what they say; 256: none, or too much. */
static inline unsigned int
read_octet(struct cursor *c)
{
	unsigned int v, digit;

	if (c->p == c->end || (v = (unsigned int)*c->p - '0') > 9)
		return 256;
	c->p++;
	for (int i = 0; i < 2 && c->p < c->end; i++, c->p++) {
		digit = (unsigned int)*c->p - '0';
		if (digit > 9)
			break;
		v = v * 10 + digit;
	}
	return v < 256 ? v : 256;
}

/* inet_pton() wants a copy and takes five times as long. */
static bool
read_v4(struct cursor *c, struct addr *out)
{
	struct cursor at = *c;
	uint8_t v4[4];

	for (size_t i = 0; i < 4; i++) {
		unsigned int v;

		if ((i > 0 && !cursor_char(&at, '.')) ||
		    (v = read_octet(&at)) == 256)
			return false;
		v4[i] = (uint8_t)v;
	}
	if (is_digit(cursor_peek(&at)))
		return false;
	c->p = at.p;
	*out = addr_from_v4(v4);
	return true;
}

static bool
read_v6(struct cursor *c, struct addr *out)
{
	char text[ADDR_TEXT_MAX];
	size_t n = 0;

	while (n < cursor_left(c) && n < sizeof(text) - 1 &&
	       (hex_value(c->p[n]) != -1 || c->p[n] == ':' || c->p[n] == '.')) {
		text[n] = c->p[n];
		n++;
	}
	text[n] = '\0';
	if (addr_parse(text, out) == -1)
		return false;
	c->p += n;
	return true;
}

bool
cursor_addr(struct cursor *c, struct addr *out)
{
	return read_v4(c, out) || read_v6(c, out);
}

static const struct {
	const char *name;
	uint8_t number;
} protos[] = {
    /* The beginning is compared: longer names first. */
    {"TCP", 6},
    {"UDPLITE", 136},
    {"UDP", 17},
    {"ICMPv6", 58},
    {"IPv6-ICMP", 58},
    {"ICMP6", 58},
    {"ICMP", 1},
    {"IGMP", 2},
    {"GRE", 47},
    {"ESP", 50},
    {"AH", 51},
    {"SCTP", 132},
};

bool
cursor_proto(struct cursor *c, uint8_t *out)
{
	uint64_t number;

	/* Nearly always, and a hot path. */
	if (cursor_word(c, "TCP")) {
		*out = 6;
		return true;
	}
	if (cursor_number(c, 255, &number)) {
		*out = (uint8_t)number;
		return true;
	}
	for (size_t i = 0; i < sizeof(protos) / sizeof(*protos); i++) {
		size_t n = strlen(protos[i].name);

		if (cursor_left(c) < n ||
		    strncasecmp(c->p, protos[i].name, n) != 0)
			continue;
		c->p += n;
		*out = protos[i].number;
		return true;
	}
	return false;
}

const char *
cursor_excerpt(const char *text, size_t len, char *out, size_t size)
{
	size_t n = len < size - 1 ? len : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = (char)(text[i] < ' ' || text[i] > '~' ? '?' : text[i]);
	out[n] = '\0';
	if (n < len && n > 3)
		memcpy(out + n - 3, "...", 3);
	return out;
}
