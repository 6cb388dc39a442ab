/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_RECORD_H
#define COMMON_RECORD_H

#include "common/addr.h"
#include "common/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* TCP flags as in the header's 14th byte (RFC 9293, 3.1; RFC 3168). */
enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

/* Where a sensor saw the packet. */
enum record_hook {
	HOOK_NONE, /* the source does not say */
	HOOK_IN,
	HOOK_OUT,
	HOOK_FORWARD,
	HOOK_EGRESS, /* at the device, and no hook before saw it */
};

/* Which optional columns of a record mean something. */
enum record_has {
	HAS_TIME = 0x01,
	HAS_FLAGS = 0x02,
	HAS_SEQ = 0x04, /* seq and ack */
	HAS_TTL = 0x08,
	HAS_WINDOW = 0x10,
	HAS_OPTS = 0x20,
	HAS_UID = 0x40,
	HAS_MARK = 0x80,
	HAS_COUNTS = 0x100, /* packets and octets */
};

#define NAME_TEXT_MAX 128 /* interface 15, nft log prefix 127, and the end */

/*
 * One observed TCP packet that opens, answers or refuses a connection, or
 * one flow from another tool.
 *
 * opts: a code for the order of the TCP options: 3 bits each, first option
 *       lowest (see decode.h); 0: none.
 * in_if, out_if, prefix: NULL where unknown; borrowed.
 */
struct record {
	int64_t time_ns; /* TIME_NONE without HAS_TIME */
	struct addr src, dst;
	uint16_t sport, dport;
	uint16_t window;
	uint16_t has; /* enum record_has */
	uint8_t proto, flags, ttl, hook;
	uint32_t seq, ack, opts, mark, uid;
	uint64_t packets, octets;
	const char *in_if, *out_if, *prefix;
};

/* A SYN as everywhere in Synhive: ECN's bits do not matter. */
static inline bool
flags_are_syn(uint32_t flags)
{
	return (flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

static inline bool
flags_are_synack(uint32_t flags)
{
	return (flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) ==
	       (TCP_SYN | TCP_ACK);
}

/* A refusal: RST without SYN and FIN. */
static inline bool
flags_are_rst(uint32_t flags)
{
	return (flags & (TCP_SYN | TCP_RST | TCP_FIN)) == TCP_RST;
}

/*
 * Records by columns: a view that owns nothing.  A NULL column holds its
 * "absent" value of record_columns.def in all rows; time is never NULL.
 *
 * src, dst: indices into addr.  in_if, out_if, prefix: index into name plus
 * 1; 0 for none.
 */
struct batch {
	size_t n;
	const int64_t *time; /* ns, UTC; TIME_NONE where unknown */
#define COLUMN(name, type, absent) const type *name;
#include "common/record_columns.def"
#undef COLUMN
	const struct addr *addr;
	size_t n_addr;
	const char *const *name;
	size_t n_name;
};

/* Row 'i' (below b->n) as a record; its strings are borrowed from 'b'. */
void batch_get(const struct batch *b, size_t i, struct record *out);

#define COLUMN(name, type, absent)                                             \
	static inline type batch_##name(const struct batch *b, size_t i)       \
	{                                                                      \
		return b->name == NULL ? absent : b->name[i];                  \
	}
#include "common/record_columns.def"
#undef COLUMN

/*
 * Whether every index and value of 'b' is in range, so that the functions
 * above may be used: what bytes from outside must pass first.
 */
bool batch_is_sound(const struct batch *b);

#endif
