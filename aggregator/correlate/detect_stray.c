/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/party.h"
#include "common/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A machine is not heard by these names but on its own link. */
static const char *const link_nets[] = {
    "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"};

#define LINK_NETS (sizeof(link_nets) / sizeof(*link_nets))

struct stray {
	const struct site *site;
	struct net link[LINK_NETS];
	const struct sensor_entry *last; /* who was asked for */
};

static void *
stray_new(const struct site *site, const void *options)
{
	struct stray *s = calloc(1, sizeof(*s));

	(void)options;
	if (s == NULL)
		return NULL;
	s->site = site;
	for (size_t i = 0; i < LINK_NETS; i++)
		if (net_parse(link_nets[i], &s->link[i]) == -1)
			abort();
	return s;
}

static bool
is_of_the_link(const struct stray *s, const struct addr *a)
{
	for (size_t i = 0; i < LINK_NETS; i++)
		if (net_has(&s->link[i], a))
			return true;
	return false;
}

/* A flood comes from one sensor. */
static const struct sensor_entry *
find_sensor(struct stray *s, const char *name)
{
	if (s->last == NULL || strcmp(s->last->name, name) != 0)
		s->last = site_sensor(s->site, name);
	return s->last;
}

/* The sensor's own honeypot: whose address stands first in its
 * configuration.  Returns whether all of them are that honeypot's: behind a
 * gateway it may be anybody. */
static bool
owner(
    const struct stray *s, const struct sensor_entry *sensor, struct party *out)
{
	const struct nets *own = &sensor->addresses;

	party_resolve(s->site, &own->net[0].a, out);
	for (size_t i = 0; i < own->n; i++)
		if (!net_is_host(&own->net[i]) ||
		    !party_same(s->site, &own->net[0].a, &own->net[i].a)) {
			memcpy(out->name, sensor->name, sizeof(out->name));
			return false;
		}
	return true;
}

/* What comes in to a host, or is forwarded by it for its containers, is not
 * forged there; what a gateway routes is, whichever hook saw it. */
static bool
leaves(uint8_t hook, bool is_host)
{
	return !is_host || hook == HOOK_OUT || hook == HOOK_EGRESS;
}

static void
charge(struct stray *s, const struct sensor_entry *sensor,
    const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct party honeypot;
	bool is_host;
	struct finding f = {
	    .peer = &c->server.addr,
	    .honeypot = &honeypot,
	    .connection = c,
	    .event = event,
	};

	if (sensor->addresses.n == 0)
		return;
	is_host = owner(s, sensor, &honeypot);
	f.severity = is_host ? SEVERITY_SUSPECT : SEVERITY_NOTICE;
	if (event != CONNECTION_NEW || leaves(c->hook, is_host))
		alerts_raise(out, &f);
}

/* Each sensor that sees it counts it for its own honeypot, whoever is first.
 * A file does not say who saw it. */
static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct stray *s = self;
	bool first = event == CONNECTION_NEW || event == CONNECTION_WITNESS;

	if (c->expected || is_of_the_link(s, &c->client.addr))
		return;
	for (size_t i = 0; i < c->witnesses.n; i++) {
		const char *name = c->witnesses.name[i];
		const struct sensor_entry *sensor = find_sensor(s, name);
		bool mine = c->sensor != NULL && strcmp(name, c->sensor) == 0;

		if (sensor != NULL)
			charge(s, sensor, c,
			    first && mine ? CONNECTION_NEW : CONNECTION_DETAIL,
			    out);
	}
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	char who[ALERT_WHO_MAX], forged[ADDR_TEXT_MAX],
	    whom[ADDR_TEXT_MAX + 16];

	(void)self;
	/* A gateway's name stands for its honeypots, as in owner(). */
	if (a->severity == SEVERITY_NOTICE)
		snprintf(who, sizeof(who), "Somebody behind gateway %.60s",
		    a->honeypot);
	else
		alert_who(a, who, sizeof(who));
	if (a->has_peer)
		addr_format(&a->peer, whom);
	else
		snprintf(whom, sizeof(whom), "%" PRIu64 " hosts", a->peers);
	snprintf(out, ALERT_TEXT_MAX,
	    "%s sent SYNs to %s from addresses that are not of the honeynet, "
	    "%s the last: forged.",
	    who, whom, addr_format(&a->client, forged));
}

const struct detector detect_stray = {
    .name = "stray",
    .doc = "A SYN left the honeynet with a source that is not of it: forged, "
	   "by the honeypot whose sensor saw it.",
    .events = 1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |
	      1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL,
    .directions = 1U << DIRECTION_STRAY,
    .new = stray_new,
    .free = free,
    .connection = connection,
    .text = text,
};
