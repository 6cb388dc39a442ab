/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/filter_join.h"
#include "aggregator/cli/ordered_records.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The addresses of the honeypot of that name; NULL: there is none. */
static const struct nets *
honeypot_nets(const struct site *s, const char *name)
{
	for (size_t i = 0; i < s->n_honeypot; i++)
		if (strcmp(s->honeypot[i].name, name) == 0)
			return &s->honeypot[i].addresses;
	return NULL;
}

/*
 * The nets of an address, a network or a honeypot, all addresses of which are
 * meant; 'own' is room for one.  Returns 0, or -1 with 'e'.
 */
static int
find(const struct site *s, const char *word, struct net *own, struct nets *out,
    struct err *e)
{
	const struct nets *nets = honeypot_nets(s, word);
	char text[NET_TEXT_MAX];
	const struct honeypot *h;

	*out = (struct nets){.net = own, .n = 1};
	switch (net_parse(word, own)) {
	case 0:
		h = net_is_host(own) ? site_honeypot(s, &own->a) : NULL;
		if (h != NULL)
			*out = h->addresses;
		return 0;
	case -2:
		net_clear(own);
		return err_set(e, EX_USAGE,
		    "'%s' has bits set behind its length; did you mean %s?",
		    word, net_format(own, text));
	}
	if (nets == NULL)
		return err_set(e, EX_USAGE,
		    "'%s' is no address, no network and no honeypot", word);
	*out = *nets;
	return 0;
}

static void
print_nets(FILE *to, const char *side, const struct nets *nets)
{
	char text[NET_TEXT_MAX];

	fprintf(to, "%s net [", side);
	for (size_t i = 0; i < nets->n; i++)
		fprintf(to, "%s%s", i == 0 ? "" : ", ",
		    net_format(&nets->net[i], text));
	putc(']', to);
}

/* One end in 'a', the other in 'b'; NULL: no memory. */
static char *
both_text(const struct nets *a, const struct nets *b)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	print_nets(to, "src", a);
	print_nets(to, " and dst", b);
	print_nets(to, " or src", b);
	print_nets(to, " and dst", a);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

static int
make_filter(const struct cli *c, const struct place *p, struct filter **out,
    struct err *e)
{
	struct net own[2];
	struct nets nets[2];
	struct filter_part part[2] = {{NULL, false}, {NULL, false}};
	char *both, *rest, *all = NULL;
	int rc = -1;

	for (int i = 0; i < 2; i++)
		if (find(p->site, c->word[i], &own[i], &nets[i], e) == -1)
			return -1;
	both = both_text(&nets[0], &nets[1]);
	rest = place_filter_text(p, c, 2, FILTER_RECORDS, e);
	if (rest != NULL) {
		part[0].text = both;
		part[1].text = rest;
		all = both == NULL ? NULL : filter_join(part, 2);
		if (all == NULL)
			err_set(e, EX_OSERR, "out of memory");
	}
	if (all != NULL)
		rc = place_filter_parse(p, all, FILTER_RECORDS, out, e);
	free(all);
	free(both);
	free(rest);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct filter *f = NULL;
	struct place p;
	int rc;

	if (c->n_word < 2)
		return err_set(
		    e, EX_USAGE, "say both: two addresses, networks or names");
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	rc = make_filter(c, &p, &f, e);
	if (rc == 0)
		rc = ordered_records(&p, &c->opt, f, e);
	filter_free(f);
	place_close(&p);
	return rc;
}

const struct command command_between = {
    .name = "between",
    .args = "A B [FILTER]",
    .doc = "all that two hosts exchanged, in order of time",
    .help = "\n"
	    "A, B: an address, a network, or a honeypot by its name or any of\n"
	    "its addresses: then all of them are meant.\n\n"
	    "Examples:\n"
	    "  synhive between 189.22.36.165 79.115.103.225 -o flow-print-5\n"
	    "  synhive between combo 203.0.113.0/24 'dst port 22'\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT | OPTIONS_NFILTER,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
