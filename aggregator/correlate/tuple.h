/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_TUPLE_H
#define AGGREGATOR_CORRELATE_TUPLE_H

#include "common/addr.h"

#include <stdint.h>

#define PROTO_TCP 6 /* all that becomes a connection */

/*
 * What makes two records one connection: both ends, and the sequence number
 * of the SYN where the source knows it (0 and !has_seq: it does not).  A key
 * of maps: no holes.
 */
struct tuple {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint32_t seq;
	uint32_t has_seq;
	uint32_t zero;
};

_Static_assert(sizeof(struct tuple) == 48, "a key without holes");

#endif
