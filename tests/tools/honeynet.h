/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_TOOLS_HONEYNET_H
#define TESTS_TOOLS_HONEYNET_H

/*
 * The parts of honeynet.c that know nothing of what happens in it: numbers,
 * packets of a day, and how a gateway logs them.  Included by one file.
 */

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

enum {
	FIN = 1,
	SYN = 2,
	RST = 4,
	ACK = 16
};
#define NO_UID UINT16_MAX
#define UDP 17
#define TCP 6

/* --- numbers: the same for the same seed --- */

static inline uint64_t
next_random(uint64_t *s)
{
	uint64_t z = *s += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline int64_t
below(uint64_t *s, int64_t n)
{
	return n <= 0 ? 0 : (int64_t)(next_random(s) % (uint64_t)n);
}

/* A gap around 'mean', as if nobody waited for anybody. */
static inline int64_t
around(uint64_t *s, int64_t mean)
{
	return mean / 4 + below(s, mean * 3 / 2);
}

/* --- packets --- */

struct packet {
	int64_t us;
	uint32_t src, dst, seq, ack;
	uint16_t sport, dport, uid;
	uint8_t flags, proto;
};

/* Those of a day and of what lasts into the next one. */
struct packets {
	struct packet *p;
	size_t n, room;
};

static inline void
push(struct packets *all, const struct packet *p)
{
	if (all->n == all->room) {
		all->room = all->room == 0 ? 65536 : 2 * all->room;
		all->p = realloc(all->p, all->room * sizeof(*all->p));
		if (all->p == NULL) {
			perror("honeynet");
			exit(1);
		}
	}
	all->p[all->n++] = *p;
}

/* Ties in an order of their own: the same whatever qsort() does. */
static inline int
packet_cmp(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	if (x->us != y->us)
		return x->us < y->us ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return (int)x->flags - (int)y->flags;
}

/* --- as a gateway logs them --- */

/* "2026-09-01T00:00:01.123456+00:00"; dates are worked out once a second. */
static inline const char *
stamp(int64_t us)
{
	static char text[48];
	static int64_t last = -1;
	int64_t s = us / SECOND;
	time_t t = (time_t)s;
	struct tm tm;

	if (s != last) {
		gmtime_r(&t, &tm);
		strftime(text, 20, "%Y-%m-%dT%H:%M:%S", &tm);
		last = s;
	}
	snprintf(
	    text + 19, sizeof(text) - 19, ".%06" PRId64 "+00:00", us % SECOND);
	return text;
}

static inline const char *
dotted(uint32_t a, char out[static 16])
{
	snprintf(out, 16, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255,
	    a & 255);
	return out;
}

static inline void
print_packet(const struct packet *p, bool outward, FILE *to)
{
	char src[16], dst[16];

	fprintf(to,
	    "%s gw kernel: %s IN=br0 OUT=br0 PHYSIN=%s PHYSOUT=%s SRC=%s "
	    "DST=%s LEN=60 TOS=0x00 PREC=0x00 TTL=47 ID=0 DF PROTO=",
	    stamp(p->us),
	    outward ? "OUTBOUND:" : "INBOUND:", outward ? "eth1" : "eth0",
	    outward ? "eth0" : "eth1", dotted(p->src, src),
	    dotted(p->dst, dst));
	if (p->proto == UDP) {
		fprintf(to, "UDP SPT=%u DPT=%u LEN=40 \n", p->sport, p->dport);
		return;
	}
	fprintf(to,
	    "TCP SPT=%u DPT=%u SEQ=%u ACK=%u WINDOW=29200 RES=0x00%s%s%s "
	    "URGP=0 ",
	    p->sport, p->dport, p->seq, p->ack, p->flags & ACK ? " ACK" : "",
	    p->flags & RST ? " RST" : "", p->flags & SYN ? " SYN" : "");
	if (p->uid == NO_UID)
		fputc('\n', to);
	else
		fprintf(to, "UID=%u GID=%u \n", p->uid, p->uid);
}

#endif
