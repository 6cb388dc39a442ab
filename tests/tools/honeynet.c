/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * honeynet [--seed N] [--days N] [--hosts N] [--mirrors N] [--scale PERCENT]
 *          [--quiet-net]
 *
 * What the gateway of a honeynet logs in a month: LOG text on stdout, what
 * happened in it on stderr.  The net is 10.66.0.0/24.  --quiet-net: nobody
 * falls.  The same numbers give the same bytes.
 *
 * Noise: worms, scanners of all ports, guessers of passwords, SYN floods from
 * forged sources, backscatter; every honeypot fetches packages from the same
 * mirrors, asks for names by TCP and for the time, boots now and then; some get
 * another address, or one that another had; one, 10.66.0.77, is a
 * low-interaction honeypot that relays for its visitors (as uid 999): also to
 * SSH and IRC ports, back to them, and to other honeypots.
 *
 * Falls: two honeypots join the same IRC server; a chain of three; one calls
 * home every five minutes.
 */
#include "tests/tools/honeynet_noise.h"

/* --- falls --- */

/* What, who, when, and through which door: whose, and its port. */
static void
say(const char *what, uint32_t who, int64_t us, uint32_t by, uint16_t port)
{
	char text[16], from[16];

	fprintf(stderr, "%s %s %s %s %u\n", what, dotted(who, text), stamp(us),
	    dotted(by, from), port);
}

/* An IRC server asks who it is before it lets anybody in. */
static void
join_irc(struct world *w, uint32_t who, uint32_t server, int64_t us)
{
	call(w, us, who, server, 6667, ANSWERED);
	call(w, us + SECOND, server, who, 113, REFUSED);
}

static void
shared_irc(struct world *w)
{
	const uint32_t server = 0xc2970a05U; /* 194.151.10.5 */
	const int number = w->day == 6 ? 12 : 31;
	int64_t us = w->begin + (w->day == 6 ? 10 : 14) * HOUR + 17 * MINUTE;
	uint32_t attacker = stranger(w);

	if (w->day != 6 && w->day != 7)
		return;
	if (w->day == 7) /* within a day of the first one */
		us = w->begin + 5 * HOUR;
	knock(w, us - 3 * MINUTE, attacker, number, 80);
	knock(w, us - 30 * SECOND, attacker, number, 80);
	say("shared-irc", pot(number), us + 40 * SECOND, attacker, 80);
	for (int i = 0; i < 5; i++)
		join_irc(w, pot(number), server, us += 40 * SECOND);
}

static void
chain(struct world *w)
{
	const int link[] = {50, 51, 52};
	const uint32_t chat = 0x59a2c811U;
	int64_t us = w->begin + 3 * HOUR;
	uint32_t attacker = stranger(w);

	if (w->day != 12)
		return;
	knock(w, us - 5 * MINUTE, attacker, link[0], 445);
	knock(w, us - MINUTE, attacker, link[0], 445);
	say("chain", pot(link[0]), us, attacker, 445);
	/* It calls its master, then goes on from host to host. */
	call(w, us, pot(link[0]), attacker, 22, ANSWERED);
	call(w, us + MINUTE, pot(link[0]), chat, 6667, ANSWERED);
	for (int i = 0; i < 2; i++) {
		us += 20 * MINUTE;
		for (int k = 0; k < 3; k++)
			call(w, us + k * 20 * SECOND, pot(link[i]),
			    pot(link[i + 1]), 22, ANSWERED);
		us += 10 * MINUTE;
		say("chain", pot(link[i + 1]), us, pot(link[i]), 22);
		call(w, us, pot(link[i + 1]), attacker, 22, ANSWERED);
		call(w, us + MINUTE, pot(link[i + 1]), chat, 6667, ANSWERED);
	}
}

static void
beacon(struct world *w)
{
	const int number = 90;
	const uint32_t home = 0x2e1d4fb3U;
	int64_t us = w->begin + 9 * HOUR, end = w->begin + DAY;
	uint32_t attacker = stranger(w);

	if (w->day < 18 || w->day > 20)
		return;
	if (w->day == 18) {
		knock(w, us - 4 * MINUTE, attacker, number, 80);
		knock(w, us - 20 * SECOND, attacker, number, 80);
		say("beacon", pot(number), us, attacker, 80);
		/* Its tools come from one host, its orders from another. */
		call(w, us, pot(number), 0x2e1d4fb4U, 8081, ANSWERED);
	} else {
		us = w->begin;
	}
	for (us += 5 * MINUTE; us < end; us += 5 * MINUTE)
		call(w, us + below(&w->random, 4 * SECOND), pot(number), home,
		    8443, ANSWERED);
}

/* --- a month --- */

static bool
is_home(uint32_t a)
{
	return (a & 0xffffff00U) == NET;
}

/* Print what ended before 'until'; the rest belongs to tomorrow. */
static void
print_until(struct world *w, int64_t until)
{
	size_t n = 0, left = 0;

	qsort(w->now.p, w->now.n, sizeof(*w->now.p), packet_cmp);
	for (; n < w->now.n && w->now.p[n].us < until; n++)
		print_packet(&w->now.p[n], is_home(w->now.p[n].src), stdout);
	for (; n < w->now.n; n++)
		w->now.p[left++] = w->now.p[n];
	w->now.n = left;
}

static void
live_a_day(struct world *w)
{
	static void (*const noise[])(struct world *) = {worms, sweepers,
	    scanners, guessers, floods, backscatter, honeypots, relay};
	static void (*const falls[])(struct world *) = {
	    shared_irc, chain, beacon};

	w->begin = BEGIN * SECOND + w->day * DAY;
	for (size_t i = 0; i < sizeof(noise) / sizeof(*noise); i++) {
		w->random = w->seed ^ (uint64_t)w->day << 32 ^ i << 8;
		noise[i](w);
	}
	for (size_t i = 0; w->falls && i < sizeof(falls) / sizeof(*falls);
	     i++) {
		w->random = w->seed ^ (uint64_t)w->day << 32 ^ (i + 100) << 8;
		falls[i](w);
	}
	print_until(w, w->day + 1 == w->days ? INT64_MAX : w->begin + DAY);
}

static void
usage(void)
{
	fprintf(stderr, "honeynet [--seed N] [--days N] [--hosts N] "
			"[--mirrors N] [--scale PERCENT] [--quiet-net]\n");
	exit(64);
}

int
main(int argc, char **argv)
{
	struct world w = {.days = 30,
	    .hosts = 250,
	    .mirrors = 1,
	    .scale = 100,
	    .falls = true};

	w.seed = 1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--quiet-net") == 0) {
			w.falls = false;
			continue;
		}
		if (i + 1 == argc)
			usage();
		if (strcmp(argv[i], "--seed") == 0)
			w.seed = strtoull(argv[++i], NULL, 0);
		else if (strcmp(argv[i], "--days") == 0)
			w.days = atoi(argv[++i]);
		else if (strcmp(argv[i], "--hosts") == 0)
			w.hosts = atoi(argv[++i]);
		else if (strcmp(argv[i], "--mirrors") == 0)
			w.mirrors = atoi(argv[++i]);
		else if (strcmp(argv[i], "--scale") == 0)
			w.scale = atoi(argv[++i]);
		else
			usage();
	}
	if (w.hosts < 100 || w.hosts > 250 || w.days < 1 || w.mirrors < 1 ||
	    w.scale < 0)
		usage();
	for (w.day = 0; w.day < w.days; w.day++)
		live_a_day(&w);
	free(w.now.p);
	return fflush(stdout) == 0 ? 0 : 1;
}
