/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/filter_join.h"
#include "aggregator/cli/group_store.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* "host ADDR" or "net NET".  Returns 0, or -1 with 'e'. */
static int
read_peer(const char *word, char *out, size_t size, struct err *e)
{
	char text[NET_TEXT_MAX];
	struct net net;

	switch (net_parse(word, &net)) {
	case 0:
		break;
	case -2:
		net_clear(&net);
		return err_set(e, EX_USAGE,
		    "'%s' has bits set behind its length; did you mean %s?",
		    word, net_format(&net, text));
	default:
		return err_set(
		    e, EX_USAGE, "'%s' is no address and no network", word);
	}
	if (net_is_host(&net))
		snprintf(out, size, "host %s", addr_format(&net.a, text));
	else
		snprintf(out, size, "net %s", net_format(&net, text));
	return 0;
}

/* Returns 0, or -1 with 'e'. */
static int
make_filter(const struct cli *c, const struct place *p, struct filter **out,
    struct err *e)
{
	char peer[NET_TEXT_MAX + 8], *rest, *all = NULL;
	int rc = -1;

	*out = NULL;
	if (read_peer(c->word[0], peer, sizeof(peer), e) == -1)
		return -1;
	rest = place_filter_text(p, c, 1, 0, e);
	if (rest == NULL)
		return -1;
	all = filter_join(
	    (const struct filter_part[]){{peer, false}, {rest, false}}, 2);
	if (all == NULL)
		err_set(e, EX_OSERR, "out of memory");
	else
		rc = place_filter_parse(p, all, 0, out, e);
	free(all);
	free(rest);
	return rc;
}

static int
answer(const struct cli *c, const struct place *p, struct err *e)
{
	static const enum group_field home[] = {
	    GROUP_honeypot, GROUP_address, GROUP_direction, GROUP_port};
	static const enum group_field ends[] = {
	    GROUP_client, GROUP_server, GROUP_port, GROUP_proto};
	struct group_query q = {
	    .about = {.n_field = 4,
		.counts = 1u << COUNT_RECORDS | 1u << COUNT_CONNECTIONS |
			  1u << COUNT_ATTEMPTS | 1u << COUNT_ANSWERED |
			  1u << COUNT_REFUSED | 1u << COUNT_PACKETS |
			  1u << COUNT_OCTETS,
		.home_known = p->home_known},
	    .by_first = true,
	    .most = c->opt.number,
	};
	struct filter *f;
	int rc;

	memcpy(q.about.field, p->home_known ? home : ends, sizeof(home));
	rc = make_filter(c, p, &f, e);
	if (rc == 0)
		rc = group_store(p, c, f, &q, e);
	filter_free(f);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct place p;
	int rc;

	if (c->n_word == 0)
		return err_set(
		    e, EX_USAGE, "whose? Say an address or a network");
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	rc = answer(c, &p, e);
	place_close(&p);
	return rc;
}

const struct command command_peer = {
    .name = "peer",
    .args = "ADDR [FILTER]",
    .doc = "all that an outsider touched, in the order of the first time",
    .help = "\n"
	    "ADDR: an address, or a network.  A row for each address and port\n"
	    "that it came to, and for each where a honeypot called it.\n\n"
	    "Examples:\n"
	    "  synhive peer 79.115.103.225\n"
	    "  synhive peer 79.115.0.0/16 --last 7d 'direction out' -o csv\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT | OPTIONS_NFILTER | OPTIONS_NUMBER,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
