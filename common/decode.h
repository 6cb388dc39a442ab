/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_DECODE_H
#define COMMON_DECODE_H

#include "common/record.h"

#include <stddef.h>
#include <stdint.h>

/* What a packet begins with. */
enum decode_link {
	DECODE_NETWORK,	 /* the IPv4 or IPv6 header */
	DECODE_ETHERNET, /* addresses, up to DECODE_VLAN_MAX tags, ethertype */
};

/* Why there is no record. */
enum decode_result {
	DECODE_OK,
	DECODE_TRUNCATED, /* ends before the TCP header's 20 bytes do */
	DECODE_NOT_IP,
	DECODE_NOT_TCP,	 /* ESP and a chain of too many headers too */
	DECODE_FRAGMENT, /* not the first one: no ports */
	DECODE_BAD,	 /* a length that no real header has */
};

#define DECODE_VLAN_MAX 2	/* 802.1ad: one tag around another */
#define DECODE_EXTENSIONS_MAX 8 /* RFC 8200, 4.1 knows seven in a packet */

/*
 * The order of the TCP options, for record.opts: 3 bits each, the first in
 * the lowest; DECODE_OPTS_MAX fit into 32 bits, what comes after is not
 * kept.  0 ends the list (and so does EOL, which has no code).
 */
enum decode_opt {
	DECODE_OPT_NONE,
	DECODE_OPT_NOP,	      /* kind 1 */
	DECODE_OPT_MSS,	      /* kind 2 */
	DECODE_OPT_WINDOW,    /* kind 3 */
	DECODE_OPT_SACK,      /* kind 4, permitted */
	DECODE_OPT_TIMESTAMP, /* kind 8 */
	DECODE_OPT_FASTOPEN,  /* kind 34 */
	DECODE_OPT_OTHER,     /* any other; last where a length is wrong */
};
#define DECODE_OPTS_MAX 10

/*
 * The TCP packet in 'buf' as a record: addresses, ports, protocol, flags,
 * TTL, window, numbers and options, with the HAS_ bits of these.  Every other
 * field is cleared; the time is TIME_NONE.
 *
 * A first fragment counts as the packet.  HAS_OPTS is missing when the bytes
 * end within the options: 'opts' then holds those before the end.
 *
 * Returns DECODE_OK, or why 'out' holds nothing of use; but with
 * DECODE_NOT_TCP and DECODE_FRAGMENT 'proto' says what it is instead.  Any
 * bytes may come.
 */
enum decode_result decode_packet(
    enum decode_link link, const void *buf, size_t len, struct record *out);

/* 'opts' and HAS_OPTS of 'out' from the options of a TCP header alone. */
void decode_tcp_options(const void *buf, size_t len, struct record *out);

/* "truncated", "not TCP", ... */
const char *decode_result_text(enum decode_result r);

#endif
