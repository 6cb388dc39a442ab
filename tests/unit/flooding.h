/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_FLOODING_H
#define TESTS_UNIT_FLOODING_H

/* Floods of keys: records of which each has another key for some table. */

#include "tests/unit/lines.h"

#define FLOODER "10.0.200.9" /* a honeypot that fell before */

/* The i-th record of a flood; its time is set. */
typedef void flood_fn(uint32_t i, struct record *r);

/* --- records --- */

static inline struct addr
v4(uint32_t a)
{
	const uint8_t b[4] = {(uint8_t)(a >> 24), (uint8_t)(a >> 16),
	    (uint8_t)(a >> 8), (uint8_t)a};

	return addr_from_v4(b);
}

static inline struct addr
address(const char *text)
{
	struct addr a;

	line_must(addr_parse(text, &a) == 0, "no address", text);
	return a;
}

static inline struct addr
stranger(uint32_t i)
{
	return v4(0x64400000U + i); /* 100.64.0.0/10 */
}

static inline struct addr
honeypot(uint32_t i)
{
	return v4(0x0a008000U + i % 0x4000); /* 10.0.128.0/18 */
}

static inline void
syn(struct record *r, struct addr from, struct addr to, uint32_t port)
{
	r->src = from;
	r->dst = to;
	r->sport = 40000;
	r->dport = (uint16_t)port;
	r->flags = TCP_SYN;
}

/* The SYN+ACK to a record that syn() made. */
static inline void
answer(struct record *r)
{
	const struct addr client = r->src;

	r->src = r->dst;
	r->dst = client;
	r->sport = r->dport;
	r->dport = 40000;
	r->ack = r->seq + 1;
	r->flags = TCP_SYN | TCP_ACK;
}

/* --- floods --- */

static inline void
every_port(uint32_t i, struct record *r)
{
	syn(r, address(FLOODER), stranger(0), 10000 + i);
}

static inline void
everybody_outside(uint32_t i, struct record *r)
{
	syn(r, address(FLOODER), stranger(i), 80);
}

/* 14,000 of them, each every 5.6 s at 2,500 a second. */
static inline void
everybody_is_called_steadily(uint32_t i, struct record *r)
{
	syn(r, address(FLOODER), stranger(i % 14000), 80);
}

static inline void
everybody_guesses(uint32_t i, struct record *r)
{
	syn(r, stranger(i), address(FLOODER), 22);
}

/* Calls and questions in turn, of different hosts. */
static inline void
irc_everywhere(uint32_t i, struct record *r)
{
	if (i % 2 == 0)
		syn(r, address(FLOODER), stranger(i), 6667);
	else
		syn(r, stranger(i), address(FLOODER), 113);
}

static inline void
every_honeypot_is_answered(uint32_t i, struct record *r)
{
	syn(r, honeypot(i / 2), stranger(i / 2), 80);
	if (i % 2 != 0)
		answer(r);
}

static inline void
every_pair_within(uint32_t i, struct record *r)
{
	syn(r, v4(0x0a00c801U + i / 10000), honeypot(i % 10000), 445);
}

/* On SSH, answered; then a port of one's own. */
static inline void
every_odd_port(uint32_t i, struct record *r)
{
	syn(r, stranger(i / 3), address(FLOODER), 22);
	if (i % 3 == 1)
		answer(r);
	if (i % 3 == 2)
		r->dport = (uint16_t)(20000 + i / 3);
}

#endif
