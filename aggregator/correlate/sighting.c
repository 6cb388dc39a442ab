/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/sighting.h"

#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/tuple.h"

#include <string.h>

static void
add_sensor(struct sighting *s, uint16_t number)
{
	uint16_t i = 0;

	while (i < s->n_sensor && s->sensor[i] != number)
		i++;
	if (i == s->n_sensor && number != 0 && i < SIGHTING_SENSORS_MAX)
		s->sensor[s->n_sensor++] = number;
}

static void
add_sensors(
    struct sighting *s, const struct connection *c, struct sensors *sensors)
{
	for (size_t i = 0; i < c->witnesses.n; i++)
		add_sensor(s, sensors_number(sensors, c->witnesses.name[i]));
}

void
sighting_set(
    struct sighting *s, const struct connection *c, struct sensors *sensors)
{
	memset(s, 0, sizeof(*s));
	s->start_ns = c->start_ns;
	s->client = c->client.addr;
	s->server = c->server.addr;
	s->client_port = c->client_port;
	s->server_port = c->server_port;
	s->relay = c->relay;
	add_sensors(s, c, sensors);
}

bool
sighting_refine(
    struct sighting *s, const struct connection *c, struct sensors *sensors)
{
	int64_t start = span_earlier(s->start_ns, c->start_ns);
	bool moved = start != s->start_ns;

	s->start_ns = start;
	add_sensors(s, c, sensors);
	return moved;
}

bool
sighting_is_of(const struct sighting *s, const struct connection *c)
{
	return s->client_port == c->client_port &&
	       s->server_port == c->server_port &&
	       addr_eq(&s->client, &c->client.addr) &&
	       addr_eq(&s->server, &c->server.addr) &&
	       span_near(s->start_ns, c->start_ns, c->start_ns, STRAGGLERS_NS);
}

void
sighting_get(const struct sighting *s, const struct site *site,
    const struct sensors *sensors, struct connection *out)
{
	*out = (struct connection){
	    .client_port = s->client_port,
	    .server_port = s->server_port,
	    .proto = PROTO_TCP,
	    .direction = site_direction(site, &s->client, &s->server),
	    .start_ns = s->start_ns,
	    .last_ns = s->start_ns,
	    .relay = s->relay,
	};
	party_resolve(site, &s->client, &out->client);
	party_resolve(site, &s->server, &out->server);
	for (uint16_t i = 0; i < s->n_sensor; i++)
		sensors_add_name(sensors, s->sensor[i], &out->witnesses);
}
