/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"

#include "aggregator/correlate/ident.h"
#include "aggregator/correlate/span.h"

#include <stdio.h>
#include <string.h>

void
alert_set_id(struct alert *a, const struct addr *honeypot,
    const struct addr *peer, int64_t quiet_ns)
{
	char what[512], whose[ADDR_TEXT_MAX] = "-", who[ADDR_TEXT_MAX] = "-";

	if (honeypot != NULL)
		addr_format(honeypot, whose);
	if (peer != NULL)
		addr_format(peer, who);
	snprintf(what, sizeof(what), "alert\n%s\n%s\n%s\n%s\n%u\n", a->detector,
	    honeypot == NULL ? "-" : a->honeynet, whose, who, a->port);
	ident_make(what, a->first_ns, quiet_ns, a->id);
}

bool
alert_refine(struct alert *a, const struct connection *c)
{
	int64_t first = span_earlier(a->first_ns, c->start_ns);
	int64_t last = span_later(a->last_ns, c->last_ns);
	size_t sensors = a->sensors.n;
	bool moved = first != a->first_ns || last != a->last_ns;

	a->first_ns = first;
	a->last_ns = last;
	for (size_t i = 0; i < c->witnesses.n; i++)
		names_add(&a->sensors, c->witnesses.name[i]);
	return moved || a->sensors.n != sensors;
}

/* Of two that began together, any order that is not that of their coming. */
static int
compare(const struct connection *c, const struct alert *a)
{
	int order = addr_cmp(&c->server.addr, &a->server);

	return order != 0 ? order : c->client_port - a->client_port;
}

void
alert_show(struct alert *a, int64_t *newest_ns, const struct connection *c)
{
	if (a->has_connection &&
	    (c->start_ns < *newest_ns ||
		(c->start_ns == *newest_ns && compare(c, a) <= 0)))
		return;
	*newest_ns = c->start_ns;
	a->has_connection = true;
	a->client = c->client.addr;
	a->client_port = c->client_port;
	a->server = c->server.addr;
}

void
alert_who(const struct alert *a, char *out, size_t size)
{
	char address[ADDR_TEXT_MAX];

	addr_format(&a->address, address);
	if (strcmp(a->honeypot, address) == 0)
		snprintf(out, size, "%s", address);
	else
		snprintf(out, size, "%s (%s)", a->honeypot, address);
}
