/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_PACKET_H
#define TESTS_UNIT_PACKET_H

/* Packets for the tests of common/decode, made by hand. */
#include "tests/unit/cm.h"

#include "common/decode.h"

#include <stdlib.h>
#include <string.h>

/* A packet that grows at its end. */
struct packet {
	uint8_t b[512];
	size_t n;
};

static inline void
put(struct packet *p, const void *bytes, size_t n)
{
	assert_true(p->n + n <= sizeof(p->b));
	memcpy(p->b + p->n, bytes, n);
	p->n += n;
}

#define PUT(p, ...)                                                            \
	put(p, (const uint8_t[]){__VA_ARGS__},                                 \
	    sizeof((const uint8_t[]){__VA_ARGS__}))

/* 192.0.2.1 to 198.51.100.2, TTL 61; 'payload' bytes follow. */
static inline void
put_ipv4(struct packet *p, uint8_t protocol, size_t payload)
{
	size_t total = 20 + payload;

	PUT(p, 0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0, 1, 0x40, 0,
	    61, protocol, 0xab, 0xcd, 192, 0, 2, 1, 198, 51, 100, 2);
}

/* 2001:db8::1 to 2001:db8::2, hop limit 57. */
static inline void
put_ipv6(struct packet *p, uint8_t next, size_t payload)
{
	PUT(p, 0x60, 0, 0, 0, (uint8_t)(payload >> 8), (uint8_t)payload, next,
	    57);
	for (uint8_t i = 1; i <= 2; i++)
		PUT(p, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		    i);
}

/* 40000 to 22, sequence 0x01020304, acknowledges 0x05060708, window 64240. */
static inline void
put_tcp(struct packet *p, uint8_t flags, size_t options)
{
	PUT(p, 0x9c, 0x40, 0, 22, 1, 2, 3, 4, 5, 6, 7, 8,
	    (uint8_t)((20 + options) / 4 << 4), flags, 0xfa, 0xf0, 0, 0, 0, 0);
}

static inline struct packet
ipv4_syn(void)
{
	struct packet p = {.n = 0};

	put_ipv4(&p, 6, 20);
	put_tcp(&p, TCP_SYN, 0);
	return p;
}

/* Decode from a copy of exactly its size: a sanitizer sees any step over. */
static inline enum decode_result
decode(
    enum decode_link link, const struct packet *p, size_t n, struct record *out)
{
	uint8_t *exact = malloc(n == 0 ? 1 : n);
	enum decode_result r;

	assert_non_null(exact);
	memcpy(exact, p->b, n);
	r = decode_packet(link, exact, n, out);
	free(exact);
	return r;
}

#endif
