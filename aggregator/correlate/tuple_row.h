/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_TUPLE_ROW_H
#define AGGREGATOR_CORRELATE_TUPLE_ROW_H

#include "aggregator/correlate/tuple.h"
#include "common/record.h"

/* Row 'i' as the connection that it belongs to, as its client or its server
 * sent it. */

static inline struct tuple
tuple_from_client(const struct batch *b, size_t i)
{
	return (struct tuple){
	    .client = b->addr[batch_src(b, i)],
	    .server = b->addr[batch_dst(b, i)],
	    .client_port = (uint16_t)batch_sport(b, i),
	    .server_port = (uint16_t)batch_dport(b, i),
	};
}

static inline struct tuple
tuple_from_server(const struct batch *b, size_t i)
{
	return (struct tuple){
	    .client = b->addr[batch_dst(b, i)],
	    .server = b->addr[batch_src(b, i)],
	    .client_port = (uint16_t)batch_dport(b, i),
	    .server_port = (uint16_t)batch_sport(b, i),
	};
}

static inline void
tuple_set_seq(struct tuple *t, const struct batch *b, size_t i, uint32_t seq)
{
	t->has_seq = (batch_has(b, i) & HAS_SEQ) != 0;
	t->seq = t->has_seq ? seq : 0;
}

#endif
