/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/evidence_filter.h"

#include <stdio.h>
#include <string.h>

#define PEER_BITS 64 /* of IPv6, by which peers are counted */

static void
put_addresses(FILE *f, const struct incident *i)
{
	char text[ADDR_TEXT_MAX];
	bool many = i->n_alias > 0;

	fprintf(
	    f, "host %s%s", many ? "[" : "", addr_format(&i->address, text));
	for (size_t k = 0; k < i->n_alias; k++)
		if (!addr_eq(&i->alias[k], &i->address))
			fprintf(f, " %s", addr_format(&i->alias[k], text));
	fputs(many ? "]" : "", f);
}

static void
put_peer(FILE *f, const struct addr *peer)
{
	struct net n = {.a = *peer, .len = PEER_BITS};
	char text[NET_TEXT_MAX];

	if (addr_is_v4(peer)) {
		fprintf(f, "host %s", addr_format(peer, text));
		return;
	}
	net_clear(&n);
	fprintf(f, "net %s", net_format(&n, text));
}

static void
put_port(FILE *f, const struct evidence *x)
{
	if (strcmp(x->kind, "irc-confirmed") == 0)
		fprintf(f, " and server port [%u 113]", x->port);
	else if (x->port != 0)
		fprintf(f, " and server port %u", x->port);
}

const char *
evidence_filter(const struct incident *i, const struct evidence *x,
    char out[static EVIDENCE_FILTER_MAX])
{
	FILE *f = fmemopen(out, EVIDENCE_FILTER_MAX, "w");
	bool shared = strcmp(x->kind, "shared-peer") == 0;

	*out = '\0';
	if (f == NULL)
		return out;
	if (x->has_peer)
		put_peer(f, &x->peer);
	else
		fputs("client ", f);
	if (x->has_peer && !shared)
		fputs(" and ", f);
	if (!x->has_peer || !shared)
		put_addresses(f, i);
	put_port(f, x);
	fclose(f);
	return out;
}
