/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_TOOLS_HONEYNET_NOISE_H
#define TESTS_TOOLS_HONEYNET_NOISE_H

/* The honeynet of honeynet.c on a day on which nothing happens.  Included by
 * one file. */
#include "tests/tools/honeynet.h"

#define NET 0x0a420000U		  /* 10.66.0.0/24 */
#define SPARE 251		  /* addresses from here on are free at first */
#define BEGIN INT64_C(1788220800) /* 2026-09-01T00:00:00Z */
#define MIRROR 0x976502c8U	  /* 151.101.2.200, and the next ones */
#define RESOLVER 0x09090909U
#define NTP_SERVER 0xc0248f82U
#define RELAY 77 /* the low-interaction honeypot */
#define RELAY_UID 999

struct world {
	uint64_t seed, random;
	int days, hosts, mirrors, scale; /* percent */
	bool falls;
	struct packets now;
	int day;
	int64_t begin; /* of the day */
};

enum answer {
	ANSWERED,
	REFUSED,
	SILENT
};

static inline uint32_t
pot(int number)
{
	return NET + (uint32_t)number;
}

static inline uint32_t
stranger(struct world *w)
{
	uint32_t a;

	do
		a = (uint32_t)next_random(&w->random);
	while (a >> 24 == 0 || a >> 24 == 10 || a >> 24 == 127 ||
	       a >> 24 >= 224 || a >> 24 == 100);
	return a;
}

static inline uint16_t
high_port(struct world *w)
{
	return (uint16_t)(32768 + below(&w->random, 28000));
}

/* --- connections --- */

struct call {
	int64_t us;
	uint32_t client, server;
	uint16_t client_port, server_port, uid;
	enum answer answer;
};

static inline void
connect_one(struct world *w, const struct call *c)
{
	struct packet p = {.us = c->us,
	    .src = c->client,
	    .dst = c->server,
	    .seq = (uint32_t)next_random(&w->random),
	    .sport = c->client_port,
	    .dport = c->server_port,
	    .uid = c->uid,
	    .flags = SYN,
	    .proto = TCP};
	struct packet back = p;

	push(&w->now, &p);
	if (c->answer == SILENT) {
		p.us += SECOND;
		push(&w->now, &p);
		p.us += 2 * SECOND;
		push(&w->now, &p);
		return;
	}
	back.us += 200 + below(&w->random, 80000);
	back.src = p.dst;
	back.dst = p.src;
	back.sport = p.dport;
	back.dport = p.sport;
	back.ack = p.seq + 1;
	back.seq = c->answer == REFUSED ? 0 : (uint32_t)next_random(&w->random);
	back.flags = c->answer == REFUSED ? RST | ACK : SYN | ACK;
	back.uid = NO_UID;
	push(&w->now, &back);
}

static inline void
call(struct world *w, int64_t us, uint32_t client, uint32_t server,
    uint16_t port, enum answer answer)
{
	const struct call c = {
	    us, client, server, high_port(w), port, NO_UID, answer};

	connect_one(w, &c);
}

/* What a honeypot does with somebody who knocks. */
static inline enum answer
door(uint16_t port)
{
	return port == 22 || port == 80 || port == 445 ? ANSWERED : REFUSED;
}

/*
 * DHCP: in the middle of the month four honeypots get another address, a week
 * later four others get those that became free.
 */
#define MOVERS 4

static inline bool
moves(const struct world *w, int number)
{
	return number > w->hosts - MOVERS && number <= w->hosts;
}

static inline bool
follows(const struct world *w, int number)
{
	return !moves(w, number) && number > w->hosts - 2 * MOVERS &&
	       number <= w->hosts;
}

static inline uint32_t
address_of(const struct world *w, int number)
{
	if (w->day >= 15 && moves(w, number))
		return pot(SPARE + w->hosts - number);
	if (w->day >= 22 && follows(w, number))
		return pot(number + MOVERS);
	return pot(number);
}

/* Whether anybody has that address today. */
static inline bool
lives(const struct world *w, int number)
{
	if (w->day >= 15 && number >= SPARE && number < SPARE + MOVERS)
		return true;
	if (w->day >= 22 && follows(w, number))
		return false;
	if (w->day >= 15 && w->day < 22 && moves(w, number))
		return false;
	return number <= w->hosts;
}

static inline void
knock(struct world *w, int64_t us, uint32_t client, int number, uint16_t port)
{
	call(w, us, client, pot(number), port,
	    lives(w, number) ? door(port) : SILENT);
}

/* --- noise: everybody's --- */

static inline void
worms(struct world *w)
{
	static const uint16_t ports[] = {
	    445, 445, 445, 135, 1433, 3127, 23, 23, 2323, 8080, 5900, 3389};
	int64_t n = (int64_t)w->hosts * 60 * w->scale / 100;

	for (int64_t i = 0; i < n; i++)
		knock(w, w->begin + below(&w->random, DAY), stranger(w),
		    1 + (int)below(&w->random, 254),
		    ports[below(&w->random, 12)]);
}

/* One stranger, one port, all addresses. */
static inline void
sweepers(struct world *w)
{
	static const uint16_t ports[] = {22, 80, 443, 445, 3306, 6667};

	for (int i = 0; i < 12 * w->scale / 100; i++) {
		int64_t us = w->begin + below(&w->random, DAY);
		uint32_t who = stranger(w);
		uint16_t port = ports[below(&w->random, 6)];

		for (int k = 1; k < 255; k++)
			knock(w, us += around(&w->random, SECOND / 50), who, k,
			    port);
	}
}

/* Every port of two honeypots, some days. */
static inline void
scanners(struct world *w)
{
	if (w->day % 10 != 4)
		return;
	for (int k = 0; k < 2; k++) {
		int64_t us = w->begin + below(&w->random, 12 * HOUR);
		uint32_t who = stranger(w);
		int number = 1 + (int)below(&w->random, w->hosts);

		for (int port = 1; port < 65536; port++)
			knock(w, us += around(&w->random, SECOND / 40), who,
			    number, (uint16_t)port);
	}
}

static inline void
guessers(struct world *w)
{
	for (int i = 0; i < 20 * w->scale / 100; i++) {
		int64_t us = w->begin + below(&w->random, DAY);
		uint32_t who = stranger(w);
		int number = 1 + (int)below(&w->random, w->hosts);
		int64_t tries = 20 + below(&w->random, 300);

		for (int64_t k = 0; k < tries; k++)
			knock(w, us += around(&w->random, 3 * SECOND), who,
			    number, 22);
	}
}

static inline void
floods(struct world *w)
{
	int64_t us = w->begin + below(&w->random, DAY);
	int number = 1 + (int)below(&w->random, w->hosts);

	if (w->day % 14 != 9)
		return;
	for (int64_t i = 0; i < 600 * w->scale; i++)
		knock(w, us += around(&w->random, SECOND / 100), stranger(w),
		    number, 80);
}

/* Answers to whoever forged our addresses. */
static inline void
backscatter(struct world *w)
{
	uint32_t victim = stranger(w);

	for (int i = 0; i < 10 * w->scale; i++) {
		struct packet p = {.us = w->begin + below(&w->random, DAY),
		    .src = victim,
		    .dst = pot(1 + (int)below(&w->random, w->hosts)),
		    .seq = (uint32_t)next_random(&w->random),
		    .ack = (uint32_t)next_random(&w->random),
		    .sport = 80,
		    .dport = high_port(w),
		    .uid = NO_UID,
		    .flags = i % 3 == 0 ? RST | ACK : SYN | ACK,
		    .proto = TCP};

		if (p.flags & RST)
			p.seq = 0;
		push(&w->now, &p);
		if (i % 50 == 0)
			victim = stranger(w);
	}
}

/* --- noise: the honeypots' own --- */

static inline void
fetch_packages(struct world *w, uint32_t who, int64_t us)
{
	int64_t n = 3 + below(&w->random, 6);

	const uint32_t mirror =
	    MIRROR + (uint32_t)below(&w->random, w->mirrors);

	call(w, us, who, RESOLVER, 53, ANSWERED);
	for (int64_t i = 0; i < n; i++)
		call(w, us += around(&w->random, 2 * SECOND), who, mirror,
		    i % 3 == 0 ? 80 : 443, ANSWERED);
}

/* By NTP, with keys from the same host by TCP (NTS). */
static inline void
ask_for_the_time(struct world *w, uint32_t who, int64_t us)
{
	const struct packet p = {.us = us,
	    .src = who,
	    .dst = NTP_SERVER,
	    .sport = 123,
	    .dport = 123,
	    .uid = NO_UID,
	    .proto = UDP};

	call(w, us - SECOND, who, NTP_SERVER, 4460, ANSWERED);
	push(&w->now, &p);
}

static inline void
honeypots(struct world *w)
{
	for (int k = 1; k <= w->hosts; k++) {
		uint32_t who = address_of(w, k);
		int64_t hour = (k * 7 % 23) * HOUR;
		int64_t us = w->begin + hour + below(&w->random, HOUR / 2);

		fetch_packages(w, who, us);
		for (int i = 0; i < 4; i++)
			ask_for_the_time(w, who,
			    w->begin + i * 6 * HOUR + MINUTE + us % HOUR);
		if (below(&w->random, 10) > 0)
			continue;
		us = w->begin + below(&w->random, DAY); /* it boots */
		ask_for_the_time(w, who, us);
		fetch_packages(w, who, us + 20 * SECOND);
	}
}

/* What a visitor has relayed: to whom, and by which port. */
static inline void
relay_one(struct world *w, int64_t us, uint32_t server, uint16_t port)
{
	const struct call c = {
	    us, pot(RELAY), server, high_port(w), port, RELAY_UID, ANSWERED};

	connect_one(w, &c);
	if (port == 25 || port == 6667) /* servers ask who calls */
		call(w, us + SECOND, server, pot(RELAY), 113, REFUSED);
}

/* Its visitors log in and let it call others: strangers, now and then
 * themselves or another honeypot. */
static inline void
relay(struct world *w)
{
	static const uint16_t ports[] = {22, 25, 80, 443, 587, 6667, 8080};
	int64_t us = w->begin;

	while ((us += around(&w->random, 20 * MINUTE)) < w->begin + DAY) {
		uint32_t visitor = stranger(w);

		knock(w, us, visitor, RELAY, 22);
		for (int i = 0; i < 3; i++)
			relay_one(w, us + (i + 1) * 15 * SECOND, stranger(w),
			    ports[below(&w->random, 7)]);
		if (below(&w->random, 6) == 0)
			relay_one(w, us + MINUTE, visitor, 8080);
		if (below(&w->random, 6) == 0)
			relay_one(w, us + 2 * MINUTE,
			    pot(1 + (int)below(&w->random, 60)), 22);
	}
}

#endif
