/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"

#include "aggregator/correlate/ident.h"
#include "aggregator/correlate/span.h"

#include <stdarg.h>
#include <inttypes.h>
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
static bool
is_later(const struct alert_shown *x, const struct alert_shown *y)
{
	int order = addr_cmp(&x->server, &y->server);

	if (x->start_ns != y->start_ns)
		return x->start_ns > y->start_ns;
	return order != 0 ? order > 0 : x->client_port > y->client_port;
}

static struct alert_shown *
find(struct alert_latest *k, const struct alert_shown *x)
{
	for (uint64_t i = 0; i < k->n; i++)
		if (k->by[i].client_port == x->client_port &&
		    addr_eq(&k->by[i].client, &x->client) &&
		    addr_eq(&k->by[i].server, &x->server))
			return &k->by[i];
	return NULL;
}

/* The place of 'x', or NULL. */
static struct alert_shown *
room_for(struct alert_latest *k, const struct alert_shown *x, bool is_new)
{
	struct alert_shown *to = find(k, x);

	if (to != NULL || !is_new)
		return to;
	if (k->n < 2)
		return &k->by[k->n++];
	return is_later(x, &k->by[1]) ? &k->by[1] : NULL;
}

bool
alert_show(struct alert *a, struct alert_latest *k, const struct connection *c,
    bool is_new)
{
	const struct alert_shown x = {
	    c->start_ns, c->client.addr, c->server.addr, c->client_port};
	struct alert_shown before = k->by[0], *to = room_for(k, &x, is_new);

	if (to == NULL)
		return false;
	*to = x;
	if (k->n == 2 && is_later(&k->by[1], &k->by[0])) {
		struct alert_shown later = k->by[1];

		k->by[1] = k->by[0];
		k->by[0] = later;
	}
	a->has_connection = true;
	a->client = k->by[0].client;
	a->client_port = (uint16_t)k->by[0].client_port;
	a->server = k->by[0].server;
	return before.client_port != k->by[0].client_port ||
	       !addr_eq(&before.client, &a->client) ||
	       !addr_eq(&before.server, &a->server);
}

void
alert_was_shown(const struct alert *a, int64_t start_ns, struct alert_latest *k)
{
	*k = (struct alert_latest){.n = a->has_connection};
	k->by[0] = (struct alert_shown){
	    start_ns, a->client, a->server, a->client_port};
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

void
alert_count(const struct alert *a, char out[static ALERT_COUNT_MAX])
{
	if (a->count == 1)
		snprintf(out, ALERT_COUNT_MAX, "a connection");
	else
		snprintf(
		    out, ALERT_COUNT_MAX, "%" PRIu64 " connections", a->count);
}

void
alert_say(char out[static ALERT_TEXT_MAX], const char *fmt, ...)
{
	static const char cut[] = "...";
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, ALERT_TEXT_MAX, fmt, ap);
	va_end(ap);
	if (n >= ALERT_TEXT_MAX)
		memcpy(out + ALERT_TEXT_MAX - sizeof(cut), cut, sizeof(cut));
}
