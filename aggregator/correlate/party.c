/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/party.h"

#include <stdio.h>
#include <string.h>

void
party_resolve(const struct site *s, const struct addr *a, struct party *out)
{
	const struct honeypot *h = site_honeypot(s, a);

	out->addr = *a;
	out->home = h != NULL || site_honeynet(s, a) != NULL;
	out->primary = h != NULL ? h->primary : *a;
	if (h != NULL)
		memcpy(out->name, h->name, sizeof(out->name));
	else if (out->home)
		addr_format(a, out->name);
	else
		out->name[0] = '\0';
}

struct addr
party_primary(const struct site *s, const struct addr *a)
{
	const struct honeypot *h = site_honeypot(s, a);

	return h != NULL ? h->primary : *a;
}

bool
party_same(const struct site *s, const struct addr *a, const struct addr *b)
{
	const struct honeypot *h;

	if (addr_eq(a, b))
		return true;
	h = site_honeypot(s, a);
	return h != NULL && h == site_honeypot(s, b);
}

struct addr
party_counted(const struct addr *a)
{
	struct addr net = *a;

	if (!addr_is_v4(a))
		memset(net.b + 8, 0, 8);
	return net;
}
