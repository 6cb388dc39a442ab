/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_NFLOG_PACKET_H
#define AGENT_NFLOG_PACKET_H

#include "agent/nflog_device.h"
#include "common/record.h"

#include <stdint.h>

struct nlmsghdr;

#define NFLOG_NO_SEQUENCE UINT64_MAX

/* What one message of the kernel's holds besides the record. */
struct nflog_packet {
	struct record record;
	uint64_t sequence; /* 0..2^32-1; or NFLOG_NO_SEQUENCE */
	bool decoded;	   /* whether 'record' is filled in */
};

/* Apart, because a record borrows a name of either. */
struct nflog_ways {
	struct nflog_devices in, out;
};

/*
 * Take one packet message apart.  The record's strings are borrowed from 'h'
 * and 'w'.
 *
 * fd:     a socket, to ask about devices.
 * now_ns: when the message was read: the time of a packet that has none.
 */
void nflog_packet_parse(const struct nlmsghdr *h, struct nflog_ways *w, int fd,
    int64_t now_ns, struct nflog_packet *out);

#endif
