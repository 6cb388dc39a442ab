/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/connection_match.h"

static int64_t
duration_of(const struct connection *c)
{
	if (c->start_ns == TIME_NONE || c->last_ns == TIME_NONE)
		return TIME_NONE;
	return c->last_ns - c->start_ns;
}

void
connection_subject(
    struct connection_subject *out, const struct connection *c, size_t witness)
{
	*out = (struct connection_subject){
	    .syn = {.time_ns = c->start_ns,
		.src = c->client.addr,
		.dst = c->server.addr,
		.sport = c->client_port,
		.dport = c->server_port,
		.has = HAS_FLAGS,
		.proto = c->proto,
		.flags = TCP_SYN,
		.uid = c->uid,
		.packets = c->packets_out + c->packets_in,
		.octets = c->octets_out + c->octets_in},
	    .of = {.attempts = c->attempts,
		.outcome = c->outcome,
		.duration_ns = duration_of(c)},
	};
	if (c->start_ns != TIME_NONE)
		out->syn.has |= HAS_TIME;
	if (c->has_uid)
		out->syn.has |= HAS_UID;
	if (c->has_counts)
		out->syn.has |= HAS_COUNTS;
	out->subject = (struct filter_subject){.record = &out->syn,
	    .sensor =
		witness < c->witnesses.n ? c->witnesses.name[witness] : NULL,
	    .connection = &out->of};
}

bool
connection_matches(const struct filter *f, const struct connection *c)
{
	struct connection_subject s;
	size_t i = 0;

	do {
		connection_subject(&s, c, i);
		if (filter_match(f, &s.subject))
			return true;
	} while (++i < c->witnesses.n);
	return false;
}
