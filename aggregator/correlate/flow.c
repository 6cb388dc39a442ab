/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/flow.h"

#include "aggregator/correlate/early.h"
#include "aggregator/correlate/tuple.h"

enum record_kind
flow_kind(const struct batch *b, size_t i)
{
	uint32_t has = batch_has(b, i), flags = batch_flags(b, i);

	if (batch_proto(b, i) != PROTO_TCP)
		return KIND_NONE;
	if (!(has & HAS_FLAGS))
		return KIND_FLOW;
	if (flags_are_syn(flags))
		return KIND_SYN;
	if (has & HAS_COUNTS)
		return KIND_FLOW;
	if (flags_are_synack(flags))
		return KIND_ANSWER;
	if (flags_are_rst(flags))
		return KIND_REFUSAL;
	return KIND_NONE;
}

enum flow_side
flow_side(const struct site *s, const struct batch *b, size_t i)
{
	/* Flags of a whole flow are or-ed: a client's hold both, too, unless
	 * there was one packet only. */
	if (batch_packets(b, i) == 1 && (batch_has(b, i) & HAS_FLAGS) &&
	    flags_are_synack(batch_flags(b, i)))
		return FLOW_FROM_SERVER;
	return site_dst_serves(
		   s, (uint16_t)batch_sport(b, i), (uint16_t)batch_dport(b, i))
		   ? FLOW_GUESS_TO_SERVER
		   : FLOW_GUESS_FROM_SERVER;
}

unsigned int
flow_reply(const struct batch *b, size_t i)
{
	uint32_t flags = batch_flags(b, i);

	if (!(batch_has(b, i) & HAS_FLAGS))
		return 0;
	if (flags & TCP_SYN)
		return flags & TCP_ACK ? REPLY_ANSWER : 0;
	return flags & TCP_RST ? REPLY_REFUSAL : 0;
}
