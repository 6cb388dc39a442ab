/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_VECTOR_H
#define COMMON_VECTOR_H

#include "common/addr.h"
#include "common/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A way in that somebody tried in the 24 hours before a honeypot's fall: what
 * is known of it.  Rank, sentences and filter follow from that, here and
 * nowhere else.
 */
struct vector {
	struct addr peer;    /* as seen; IPv6 from outside stands for its /64 */
	struct addr address; /* of the honeypot */
	uint16_t port;
	bool within; /* the peer is a honeypot */
	/* The first, the last and the one before that; TIME_NONE: unknown. */
	int64_t first_ns, before_ns, last_ns;
	uint64_t connections;
	uint64_t packets; /* most that one side sent in one; 0: unknown */
	enum outcome outcome;
	bool by_sizes; /* the outcome is a reading of packets and octets */
	bool back;     /* it came back later */
	/* That tried this port of the honeypot in the time before the onset
	 * which is known, 24 hours at most; it is one of them. */
	uint32_t peers;
	int64_t watched_ns; /* that time; TIME_NONE: unknown */
	uint32_t swept; /* addresses of the net on which it tried this port */
	bool more;	/* it touched more than was kept of it */
	bool called_back, tried_odd; /* afterwards; see vector_for() */
};

/* Most that are kept of one episode; the others are counted. */
#define VECTORS_MAX 16

/* The limits of what evidence is. */
#define VECTOR_WINDOW_NS (24 * NS_PER_HOUR)
#define VECTOR_FEW_PEERS 3		  /* on a port in 24 hours */
#define VECTOR_SOON_NS NS_PER_HOUR	  /* before the onset */
#define VECTOR_NEAR_NS (600 * NS_PER_SEC) /* ... and where many come */
#define VECTOR_SWEPT 3			  /* addresses make a sweep */
/* One who guesses passwords sends 15 to 25 packets a connection: 3 of TCP's
 * handshake, 8 of the key exchange, 2 a guess, and sshd allows 6. */
#define VECTOR_GUESSER_PACKETS 30

/*
 * Which is the likelier door, for a fall that began at 'onset_ns': negative
 * when 'a' is.  Strongest first: the honeypot called it back, or it tried odd
 * ports; hardly anybody else used the port, shortly before; near to the onset,
 * nearer than the port's usual visitors come; answered; came back; more
 * packets than a guesser.  Of those who were not called back and tried no odd
 * ports, the ones who swept the net come after all others, and the refused
 * ones last.  Never 0 for two that differ in (peer,
 * address, port).
 */
int vector_compare(
    const struct vector *a, const struct vector *b, int64_t onset_ns);

/* How long before the onset it came last; negative: there are no times. */
int64_t vector_gap(const struct vector *v, int64_t onset_ns);
/* Hardly anybody else used the port; without times "shortly before" does not
 * apply. */
bool vector_is_rare(const struct vector *v, int64_t gap_ns);
/* So near that by the port's traffic of the day it is hardly chance. */
bool vector_is_beyond_chance(const struct vector *v, int64_t gap_ns);
bool vector_is_near(const struct vector *v, int64_t gap_ns);

/* How much speaks for it. */
enum vector_strength {
	VECTOR_NONE, /* no supporting evidence */
	VECTOR_WEAK,
	VECTOR_FAIR,
	VECTOR_STRONG,
};
enum vector_strength vector_strength(const struct vector *v, int64_t onset_ns);
const char *vector_strength_name(enum vector_strength s);

/* Short sentences, without a full stop. */
#define REASONS_MAX 8
#define REASON_TEXT_MAX 128
struct reasons {
	char text[REASONS_MAX][REASON_TEXT_MAX];
	size_t n;
};
void vector_for(const struct vector *v, int64_t onset_ns, struct reasons *out);
void vector_against(
    const struct vector *v, int64_t onset_ns, struct reasons *out);

/* "13 s", "3 min", "5 h", "2 d": how long that is. */
#define SPAN_TEXT_MAX 32
const char *span_format(int64_t ns, char out[static SPAN_TEXT_MAX]);

/* The filter that shows its records: two hosts and a port. */
#define VECTOR_FILTER_MAX 192
const char *vector_filter(
    const struct vector *v, char out[static VECTOR_FILTER_MAX]);

#endif
