/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t v4_head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct addr
addr_from_v4(const uint8_t b[static 4])
{
	struct addr a;

	memcpy(a.b, v4_head, 12);
	memcpy(a.b + 12, b, 4);
	return a;
}

bool
addr_is_v4(const struct addr *a)
{
	return memcmp(a->b, v4_head, 12) == 0;
}

int
addr_cmp(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, 16);
}

bool
addr_is_zero(const struct addr *a)
{
	static const struct addr zero;

	return addr_eq(a, &zero);
}

int
addr_parse(const char *text, struct addr *out)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*out = addr_from_v4(v4);
		return 0;
	}
	return inet_pton(AF_INET6, text, out->b) == 1 ? 0 : -1;
}

static char *
put_byte(char *p, uint8_t v)
{
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

/* inet_ntop() takes 20 times as long, and the correlator asks per record. */
static void
format_v4(const uint8_t b[static 4], char *p)
{
	for (int i = 0; i < 4; i++) {
		p = put_byte(p, b[i]);
		*p++ = i < 3 ? '.' : '\0';
	}
}

const char *
addr_format(const struct addr *a, char out[static ADDR_TEXT_MAX])
{
	if (addr_is_v4(a))
		format_v4(a->b + 12, out);
	else
		inet_ntop(AF_INET6, a->b, out, ADDR_TEXT_MAX);
	return out;
}

static uint8_t
mask_byte(unsigned int bits)
{
	return bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits);
}

/* The bits of byte 'i' that a prefix of 'len' bits covers. */
static uint8_t
net_mask(uint8_t len, int i)
{
	return len <= i * 8 ? 0 : mask_byte((unsigned int)(len - i * 8));
}

int
net_parse(const char *text, struct net *out)
{
	char host[ADDR_TEXT_MAX];
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	unsigned long len = 128, most;
	char *end;

	if (n == 0 || n >= sizeof(host))
		return -1;
	memcpy(host, text, n);
	host[n] = '\0';
	if (addr_parse(host, &out->a) == -1)
		return -1;
	if (slash != NULL) {
		/* "::ffff:1.2.3.4/120" counts its bits as IPv6 does. */
		bool v4 = strchr(host, ':') == NULL;

		most = v4 ? 32 : 128;
		if (slash[1] < '0' || slash[1] > '9')
			return -1;
		len = strtoul(slash + 1, &end, 10);
		if (*end != '\0' || len > most)
			return -1;
		if (v4)
			len += 96;
	}
	out->len = (uint8_t)len;
	for (int i = 0; i < 16; i++)
		if (out->a.b[i] & ~net_mask(out->len, i))
			return -2;
	return 0;
}

void
net_clear(struct net *n)
{
	for (int i = 0; i < 16; i++)
		n->a.b[i] &= net_mask(n->len, i);
}

const char *
net_format(const struct net *n, char out[static NET_TEXT_MAX])
{
	char a[ADDR_TEXT_MAX];
	bool v4 = addr_is_v4(&n->a) && n->len >= 96;

	snprintf(out, NET_TEXT_MAX, "%s/%d", addr_format(&n->a, a),
	    v4 ? n->len - 96 : n->len);
	return out;
}

bool
net_has(const struct net *n, const struct addr *a)
{
	size_t whole = n->len / 8;

	if (memcmp(n->a.b, a->b, whole) != 0)
		return false;
	if (n->len % 8 == 0)
		return true;
	return ((n->a.b[whole] ^ a->b[whole]) & mask_byte(n->len % 8)) == 0;
}

bool
net_is_host(const struct net *n)
{
	return n->len == 128;
}

int
nets_add(struct nets *s, const struct net *one)
{
	struct net *more = reallocarray(s->net, s->n + 1, sizeof(*more));

	if (more == NULL)
		return -1;
	s->net = more;
	s->net[s->n++] = *one;
	return 0;
}

bool
nets_have(const struct nets *s, const struct addr *a)
{
	for (size_t i = 0; i < s->n; i++)
		if (net_has(&s->net[i], a))
			return true;
	return false;
}

void
nets_fini(struct nets *s)
{
	free(s->net);
	s->net = NULL;
	s->n = 0;
}
