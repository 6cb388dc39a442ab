/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_TALLY_H
#define AGGREGATOR_SOURCE_TALLY_H

#include "common/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was read of one file, and what could not be. */

enum tally_proto {
	TALLY_TCP,
	TALLY_UDP,
	TALLY_ICMP, /* and ICMPv6 */
	TALLY_OTHER,
	TALLY_PROTOS
};

enum tally_kind {
	TALLY_SYN,
	TALLY_SYNACK,
	TALLY_RST,	 /* in answer to a SYN, as far as one can tell */
	TALLY_FLOW,	 /* of another tool */
	TALLY_OTHER_TCP, /* no record */
	TALLY_KINDS
};

const char *tally_proto_name(enum tally_proto p);
const char *tally_kind_name(enum tally_kind k);

#define COMPLAINTS_MAX 5
#define COMPLAINT_TEXT_MAX 200

struct complaint {
	uint64_t number; /* of the line or packet */
	char text[COMPLAINT_TEXT_MAX];
};

struct tally {
	uint64_t lines;	  /* or packets */
	uint64_t foreign; /* lines that are about something else */
	uint64_t proto[TALLY_PROTOS];
	uint64_t kind[TALLY_KINDS];
	uint64_t records;
	uint64_t unreadable;
	struct complaint complaint[COMPLAINTS_MAX]; /* the first ones */
	uint32_t has;		   /* columns that any record had */
	uint32_t lacks;		   /* columns that any record had not */
	uint32_t hooks;		   /* 1 << enum record_hook */
	int64_t first_ns, last_ns; /* of packets; TIME_NONE: none had a time */
};

void tally_init(struct tally *t);

/* Line 'number' cannot be read, and why. */
void tally_complain(struct tally *t, uint64_t number, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A packet or flow that was understood; time_ns: TIME_NONE if it has none. */
void tally_packet(struct tally *t, uint8_t proto, int64_t time_ns);

/*
 * A TCP packet: is it a record?  SYN, SYN+ACK, and RST if it answers a SYN
 * (RFC 9293, 3.10.7.1: with ACK, and number 0 where that is known).
 */
bool tally_tcp(struct tally *t, const struct record *r);

/* Half a connection as another tool counted it: is it a record? */
bool tally_flow(struct tally *t, const struct record *r);

#endif
