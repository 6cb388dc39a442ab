/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_LOGTEXT_H
#define AGGREGATOR_SOURCE_LOGTEXT_H

#include "aggregator/source/cursor.h"
#include "common/record.h"

#include <stdbool.h>

/*
 * What the kernel's LOG target (net/netfilter/nf_log_syslog.c) writes of a
 * packet, from "IN=" on:
 *
 *	IN=eth0 OUT= MAC=... SRC=192.0.2.1 DST=198.51.100.7 LEN=60 TOS=0x00
 *	PREC=0x00 TTL=64 ID=1 DF PROTO=TCP SPT=1 DPT=22 SEQ=7 ACK=0
 *	WINDOW=5840 RES=0x00 SYN URGP=0 OPT (020405B4) UID=0 GID=0 MARK=0x1
 *
 * IPv6 has TC, HOPLIMIT and FLOWLBL, bridges PHYSIN and PHYSOUT, and an ICMP
 * error the packet that it is about in brackets.
 */
struct logtext {
	struct record record;	     /* but for time and names */
	struct cursor in_if, out_if; /* may be empty */
	bool no_ports;		     /* a later fragment, or "INCOMPLETE" */
	bool more; /* another "IN=" follows: two lines in one */
};

/*
 * Read a packet from 'c', which stands at "IN=".  Returns NULL, or why it
 * cannot be read.  One byte in the place of a blank is forgiven.
 */
const char *logtext_read(struct cursor c, struct logtext *out);

/* Move 'c' to the "IN=" of a packet, behind which OUT= must come too.  False:
 * there is none. */
bool logtext_find(struct cursor *c);

/* ... to the first "IN=" at all: to say what is wrong with it. */
bool logtext_find_any(struct cursor *c);

#endif
