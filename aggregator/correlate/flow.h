/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_FLOW_H
#define AGGREGATOR_CORRELATE_FLOW_H

#include "common/record.h"
#include "common/site.h"

#include <stdbool.h>

/* What a record is to a connection. */
enum record_kind {
	KIND_NONE, /* not of TCP, or in the middle of a connection */
	KIND_SYN,
	KIND_ANSWER,
	KIND_REFUSAL,
	KIND_FLOW, /* one direction of a connection, without a SYN alone */
};

enum record_kind flow_kind(const struct batch *b, size_t i);

enum flow_side {
	FLOW_FROM_SERVER,
	FLOW_GUESS_FROM_SERVER, /* by the ports alone */
	FLOW_GUESS_TO_SERVER,
};

/* Which end of flow 'i' serves: whoever sent nothing but a SYN+ACK; else a
 * guess: the port of a class, then the lower port. */
enum flow_side flow_side(const struct site *s, const struct batch *b, size_t i);

/* What the server's half says: a set of enum reply. */
unsigned int flow_reply(const struct batch *b, size_t i);

#endif
