/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/hidden.h"
#include "aggregator/cli/output.h"
#include "common/err.h"
#include "common/filter_term.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

int
hidden_open(struct hidden *h, const struct site *site, const struct filter *f,
    struct err *e)
{
	*h =
	    (struct hidden){.filter = f, .leaves_out = filter_asks_expected(f)};
	if (site->n_expected == 0)
		return 0;
	h->count = calloc(site->n_expected, sizeof(*h->count));
	if (h->count == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	h->site = site;
	return 0;
}

void
hidden_close(struct hidden *h)
{
	free(h->count);
	*h = (struct hidden){0};
}

const struct expectation *
record_expected(const struct site *site, const struct filter_subject *s)
{
	const struct record *r = s->record;

	return subject_client_is_src(s, site)
		   ? site_expected(
			 site, &r->src, r->sport, &r->dst, r->dport, r->time_ns)
		   : site_expected(site, &r->dst, r->dport, &r->src, r->sport,
			 r->time_ns);
}

bool
record_is_unexpected(const struct site *site, const struct batch *b, size_t i)
{
	const struct ports *ports = &site->expected_ports;

	return !ports_have(ports, (uint16_t)batch_dport(b, i)) &&
	       !ports_have(ports, (uint16_t)batch_sport(b, i));
}

static void
count(struct hidden *h, const struct expectation *by)
{
	h->count[by - h->site->expected]++;
	h->all++;
}

void
hidden_record(struct hidden *h, const struct filter_subject *s, bool matched)
{
	const struct expectation *by;

	if (h->site == NULL || matched == h->leaves_out)
		return;
	by = record_expected(h->site, s);
	if (by != NULL && (matched || filter_match_unexpected(h->filter, s)))
		count(h, by);
}

void
hidden_connection(struct hidden *h, const struct connection *c, bool matched)
{
	struct record syn = {
	    .time_ns = c->start_ns,
	    .src = c->client.addr,
	    .dst = c->server.addr,
	    .sport = c->client_port,
	    .dport = c->server_port,
	    .has = HAS_FLAGS,
	    .proto = c->proto,
	    .flags = TCP_SYN,
	};
	size_t i = 0;

	if (h->site == NULL || matched == h->leaves_out || !c->expected)
		return;
	do {
		struct filter_subject s = {.record = &syn};
		uint64_t before = h->all;

		if (i < c->witnesses.n)
			s.sensor = c->witnesses.name[i];
		hidden_record(h, &s, matched);
		if (h->all != before)
			return;
	} while (++i < c->witnesses.n);
}

bool
hidden_alert(struct hidden *h, const struct alert *a)
{
	const struct expectation *by;

	if (h->site == NULL || !a->has_connection || a->peers > 1 ||
	    a->honeypots.n > 1)
		return false;
	by = site_expected(h->site, &a->client, a->client_port, &a->server,
	    a->port, a->last_ns);
	if (by != NULL)
		count(h, by);
	h->leaves_out = true;
	return by != NULL;
}

void
hidden_say(const struct hidden *h)
{
	char list[400] = "";
	size_t len = 0;

	for (size_t i = 0; h->all > 0 && i < h->site->n_expected; i++)
		if (h->count[i] > 0 && len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len,
			    "%s%" PRIu64 " by %s", len == 0 ? "" : ", ",
			    h->count[i], h->site->expected[i].match.name);
	if (h->all > 0)
		remark("%" PRIu64 " %s %s expected%s: %s", h->all,
		    h->leaves_out ? "more" : "of these",
		    h->all == 1 ? "is" : "are",
		    h->leaves_out ? ", and left out" : "", list);
}
