/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define OWN_ADDRS_MAX 64
/* "dst port 65535 and dst host [" and an address each */
#define OWN_TEXT_MAX (64 + OWN_ADDRS_MAX * ADDR_TEXT_MAX)

/* "tcp://10.9.0.2:7761" as address and port; the address is as written. */
static int
split(const char *endpoint, char host[static ADDR_TEXT_MAX], int *port)
{
	const char *colon = strrchr(endpoint, ':');
	const char *from = endpoint + strlen("tcp://");
	size_t len;

	if (strncmp(endpoint, "tcp://", 6) != 0 || colon == NULL ||
	    colon < from)
		return -1;
	*port = atoi(colon + 1);
	len = (size_t)(colon - from);
	if (*from == '[' && len >= 2) {
		from++;
		len -= 2;
	}
	if (len >= ADDR_TEXT_MAX)
		return -1;
	memcpy(host, from, len);
	host[len] = '\0';
	return 0;
}

/* Where agents reach us: the address that we listen on, or all of ours. */
static size_t
own_addresses(const char *host, struct addr *out)
{
	static const struct addr any6;
	static const uint8_t zero[4];
	struct addr any4 = addr_from_v4(zero);

	if (addr_parse(host, &out[0]) == 0 && !addr_eq(&out[0], &any4) &&
	    !addr_eq(&out[0], &any6))
		return 1;
	return host_addresses(out, OWN_ADDRS_MAX);
}

static void
write_match(char *text, int port, const struct addr *a, size_t n)
{
	char one[ADDR_TEXT_MAX];
	size_t len = (size_t)snprintf(
	    text, OWN_TEXT_MAX, "dst port %d and dst host [", port);

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, OWN_TEXT_MAX - len, "%s ",
		    addr_format(&a[i], one));
	snprintf(text + len, OWN_TEXT_MAX - len, "]");
}

int
core_expect_own(const struct config *config, struct err *e)
{
	struct site *site = config->site;
	struct addr addr[OWN_ADDRS_MAX];
	char host[ADDR_TEXT_MAX], text[OWN_TEXT_MAX];
	struct expectation x = {.builtin = true, .expires_ns = TIME_NONE};
	size_t n;
	int port;

	if (split(config->listen, host, &port) == -1)
		return 0; /* no address that a record could show */
	n = own_addresses(host, addr);
	if (n == 0)
		return 0;
	write_match(text, port, addr, n);
	snprintf(x.match.name, sizeof(x.match.name), "agents-link");
	x.match.text = strdup(text);
	x.owner = strdup("synhive");
	x.reason = strdup("the agents' own link to this aggregator");
	if (x.match.text == NULL || x.owner == NULL || x.reason == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	x.match.filter = filter_parse(text, site, e);
	if (x.match.filter == NULL)
		return -1;
	return site_add_expected(site, &x, e);
}
