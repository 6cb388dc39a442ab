/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/site.h"

void
site_index_expected(struct site *s)
{
	s->expected_ports = (struct ports){0};
	for (size_t i = 0; i < s->n_expected; i++)
		filter_bounds(s->expected[i].match.filter,
		    &s->expected[i].bounds, &s->expected_ports);
}

static bool
is_within(const struct filter_bounds *b, unsigned __int128 client,
    unsigned __int128 server, uint16_t port)
{
	return b->port_first <= port && port <= b->port_last &&
	       b->server_first <= server && server <= b->server_last &&
	       b->client_first <= client && client <= b->client_last;
}

bool
expectation_explains(const struct expectation *x, const struct addr *client,
    uint16_t client_port, const struct addr *server, uint16_t server_port,
    int64_t time_ns)
{
	if (x->expires_ns != TIME_NONE && time_ns >= x->expires_ns)
		return false;
	return filter_match_connection_at(x->match.filter, client, client_port,
	    server, server_port, time_ns, NULL);
}

const struct expectation *
site_expected(const struct site *s, const struct addr *client,
    uint16_t client_port, const struct addr *server, uint16_t server_port,
    int64_t time_ns)
{
	unsigned __int128 from, to;

	if (!ports_have(&s->expected_ports, server_port))
		return NULL;
	from = addr_number(client);
	to = addr_number(server);
	for (size_t i = 0; i < s->n_expected; i++) {
		const struct expectation *x = &s->expected[i];

		if (is_within(&x->bounds, from, to, server_port) &&
		    expectation_explains(
			x, client, client_port, server, server_port, time_ns))
			return x;
	}
	return NULL;
}
