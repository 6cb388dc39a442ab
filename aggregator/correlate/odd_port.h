/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ODD_PORT_H
#define AGGREGATOR_CORRELATE_ODD_PORT_H

#include "aggregator/correlate/span.h"
#include "aggregator/correlate/wait.h"

/*
 * When a port that somebody tries is odd: hardly anybody else tries it, and
 * he had been on an ordinary port of the honeypot before.  That is how an
 * intruder looks whether what he installed listens.
 */
struct odd_rules {
	int64_t others;	   /* peers that may have tried it too */
	int64_t before_ns; /* how long ago the ordinary visit may be */
	int64_t packets;   /* more than so many make a visit, as an answer */
	int64_t honeypots, ports; /* who touches more is a scanner */
};

/* Whoever tries more ports soon after is a scanner as well. */
#define ODD_AHEAD_NS (2 * NS_PER_SEC)
#define ODD_WAITS_NS (ODD_AHEAD_NS + STRAGGLERS_NS)

/* A key without holes. */
struct odd_ends {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint32_t zero;
};
struct odd_ends odd_ends(const struct connection *c);

/* The ordinary visit. */
struct odd_before {
	int64_t time_ns;
	uint16_t port;
	uint16_t client_port; /* that this one continues; 0: it does not */
	bool scanner;
	uint8_t zero[3];
};

/* The cheap question, on arrival: may it be one? */
bool odd_may_be(const struct site *site, const struct odd_rules *rules,
    const struct history *h, const struct connection *c,
    const struct moment *at);

/* The whole question.  Returns whether it is one. */
bool odd_judge(const struct site *site, const struct odd_rules *rules,
    const struct history *h, const struct waiting *w, struct odd_before *out);

/* "after port 22 at ..., from client port 4384, which continues 4382; it looks
 * refused, ...": what is known of it now. */
void odd_note(const struct odd_before *b, const struct connection *c,
    char out[static ALERT_NOTE_MAX]);

#endif
