/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/connection_match.h"
#include "common/filter.h"

bool
connection_matches(const struct filter *f, const struct connection *c)
{
	size_t i = 0;

	do {
		if (filter_match_connection_at(f, &c->client.addr,
			c->client_port, &c->server.addr, c->server_port,
			c->start_ns,
			i < c->witnesses.n ? c->witnesses.name[i] : NULL))
			return true;
	} while (++i < c->witnesses.n);
	return false;
}
