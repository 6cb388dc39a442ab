/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/missing_alert.h"

#include "common/clock.h"
#include "common/utf8.h"

#include <stdio.h>
#include <string.h>

/* The one host that both bounds are, or NULL. */
static const struct addr *
one_host(unsigned __int128 first, unsigned __int128 last, struct addr *room)
{
	*room = addr_of_number(first);
	return first == last ? room : NULL;
}

static void
set_honeypot(const struct site *site, struct alert *a, const struct addr *host)
{
	const struct honeypot *h = site_honeypot(site, host);
	char text[ADDR_TEXT_MAX];

	a->address = h == NULL ? *host : h->primary;
	snprintf(a->honeypot, sizeof(a->honeypot), "%s",
	    h == NULL ? addr_format(host, text) : h->name);
	names_add(&a->honeypots, a->honeypot);
}

void
missing_alert_parties(
    struct alert *a, const struct site *site, const struct filter_bounds *b)
{
	struct addr from, to;
	const struct addr *ends[] = {
	    one_host(b->client_first, b->client_last, &from),
	    one_host(b->server_first, b->server_last, &to),
	};
	const struct honeynet *net = site_honeynet(site, &from);

	if (net == NULL)
		net = site_honeynet(site, &to);
	if (net == NULL && site->n_honeynet > 0)
		net = &site->honeynet[0];
	if (net != NULL)
		memcpy(a->honeynet, net->name, sizeof(a->honeynet));
	for (size_t i = 0; i < 2; i++) {
		if (ends[i] == NULL)
			continue;
		if (site_honeynet(site, ends[i]) == NULL) {
			a->has_peer = true;
			a->peer = *ends[i];
		} else if (a->honeypot[0] == '\0') {
			set_honeypot(site, a, ends[i]);
		}
	}
	if (b->port_first == b->port_last)
		a->port = b->port_first;
}

void
missing_alert_text(
    struct alert *a, const struct expectation *x, const struct due *again)
{
	char first[TIME_TEXT_MAX], last[TIME_TEXT_MAX], often[64] = "";
	char back[TIME_TEXT_MAX + 64] = "";

	if (a->count > 1)
		snprintf(often, sizeof(often), ", %llu windows in a row",
		    (unsigned long long)a->count);
	time_format(a->first_ns, first);
	if (again != NULL)
		snprintf(back, sizeof(back),
		    " It came again in the window that began %s.",
		    time_format(again->start_ns, last));
	time_format(a->last_ns, last);
	snprintf(a->text, sizeof(a->text),
	    "Expected '%.63s' (%.60s; %.*s: %.*s) did not come by %s%s%s%s.%s",
	    x->match.name, x->schedule_text, (int)utf8_fit(x->owner, 40),
	    x->owner, (int)utf8_fit(x->reason, 80), x->reason, first, often,
	    a->count > 1 ? ", the last of which ended " : "",
	    a->count > 1 ? last : "", back);
}
