/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/hidden.h"
#include "aggregator/cli/options.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/filter_term.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

int
hidden_open(struct hidden *h, const struct place *p, const struct options *o,
    const struct filter *f, struct err *e)
{
	*h = (struct hidden){0};
	if (o->all || p->site->n_expected == 0 || filter_asks_expected(f))
		return 0;
	h->count = calloc(p->site->n_expected, sizeof(*h->count));
	if (h->count == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	h->site = p->site;
	return 0;
}

void
hidden_close(struct hidden *h)
{
	free(h->count);
	*h = (struct hidden){0};
}

static bool
hide(struct hidden *h, const struct expectation *by)
{
	if (by != NULL)
		h->count[by - h->site->expected]++;
	return by != NULL;
}

bool
hidden_record(struct hidden *h, const struct filter_subject *s)
{
	const struct record *r = s->record;

	if (h->site == NULL)
		return false;
	return hide(h, subject_client_is_src(s, h->site)
			   ? site_expected(h->site, &r->src, r->sport, &r->dst,
				 r->dport, r->time_ns)
			   : site_expected(h->site, &r->dst, r->dport, &r->src,
				 r->sport, r->time_ns));
}

bool
hidden_connection(struct hidden *h, const struct connection *c)
{
	if (h->site == NULL || !c->expected)
		return false;
	return hide(h, site_expected(h->site, &c->client.addr, c->client_port,
			   &c->server.addr, c->server_port, c->start_ns));
}

bool
hidden_alert(struct hidden *h, const struct alert *a)
{
	if (h->site == NULL || !a->has_connection || a->peers > 1 ||
	    a->honeypots.n > 1)
		return false;
	return hide(h, site_expected(h->site, &a->client, a->client_port,
			   &a->server, a->port, a->last_ns));
}

uint64_t
hidden_in_batch(struct hidden *h, const struct batch *b)
{
	const struct ports *ports;
	uint64_t n = 0;

	if (h->site == NULL)
		return 0;
	ports = &h->site->expected_ports;
	for (size_t i = 0; i < b->n; i++) {
		struct record r;

		if (!ports_have(ports, (uint16_t)batch_dport(b, i)) &&
		    !ports_have(ports, (uint16_t)batch_sport(b, i)))
			continue;
		batch_get(b, i, &r);
		n += hidden_record(h, &(struct filter_subject){.record = &r});
	}
	return n;
}

void
hidden_say(const struct hidden *h)
{
	char list[400] = "";
	uint64_t all = 0;
	size_t len = 0;

	for (size_t i = 0; h->site != NULL && i < h->site->n_expected; i++) {
		if (h->count[i] == 0)
			continue;
		all += h->count[i];
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len,
			    "%s%" PRIu64 " by %s", len == 0 ? "" : ", ",
			    h->count[i], h->site->expected[i].match.name);
	}
	if (all > 0)
		remark("%" PRIu64 " more %s expected and not shown: %s; --all "
		       "shows them",
		    all, all == 1 ? "is" : "are", list);
}
