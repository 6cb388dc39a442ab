/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/cursor.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

bool
cursor_word(struct cursor *c, const char *word)
{
	size_t n = strlen(word);

	if (cursor_left(c) < n || memcmp(c->p, word, n) != 0)
		return false;
	c->p += n;
	return true;
}

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

/* inet_pton() wants a copy and takes five times as long. */
static bool
read_v4(struct cursor *c, struct addr *out)
{
	const char *p = c->p;
	uint8_t v4[4];

	for (size_t i = 0; i < 4; i++) {
		unsigned int v = 0;
		const char *from;

		if (i > 0 && (p == c->end || *p++ != '.'))
			return false;
		for (from = p; p < c->end && is_digit(*p) && p - from < 3; p++)
			v = v * 10 + (unsigned int)(*p - '0');
		if (p == from || v > 255)
			return false;
		v4[i] = (uint8_t)v;
	}
	if (p < c->end && is_digit(*p))
		return false;
	c->p = p;
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
