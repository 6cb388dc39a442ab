/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/outbound.h"

#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
outbound_new(const struct site *site, const void *options)
{
	struct outbound *o = calloc(1, sizeof(*o));

	(void)options;
	if (o != NULL)
		o->site = site;
	return o;
}

void
outbound_free(void *self)
{
	free(self);
}

bool
outbound_unexplained(const struct connection *c)
{
	return c->direction == DIRECTION_OUT && !c->expected;
}

void
outbound_raise(const struct connection *c, enum connection_event event,
    enum severity severity, struct alert_sink *out)
{
	const struct finding f = {
	    .severity = severity,
	    .honeypot = &c->client,
	    .peer = &c->server.addr,
	    .port = c->server_port,
	    .connection = c,
	    .event = event,
	};

	alerts_raise(out, &f);
}

void
outbound_text(const struct alert *a, const char *port, const char *weak,
    char out[static ALERT_TEXT_MAX])
{
	char who[ALERT_WHO_MAX], whom[80];
	char address[ADDR_TEXT_MAX], count[ALERT_COUNT_MAX];

	alert_who(a, who, sizeof(who));
	alert_count(a, count);
	if (a->has_peer)
		snprintf(
		    whom, sizeof(whom), "%s", addr_format(&a->peer, address));
	else
		snprintf(whom, sizeof(whom),
		    "%" PRIu64 " hosts outside the honeynet", a->peers);
	snprintf(out, ALERT_TEXT_MAX, "%s began %s to %s%u of %s.%s", who,
	    count, port, a->port, whom, weak);
}
