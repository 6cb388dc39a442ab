/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/graph.h"
#include "aggregator/graph/href.h"
#include "aggregator/graph/picture.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/nearest.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const struct kind {
	const char *name;
	unsigned int formats;
	const char *needs; /* a word before the filter */
	int (*draw)(const struct graph *g, struct err *e);
} kinds[] = {
    {"links", GRAPH_DOT | GRAPH_SVG | GRAPH_PNG, NULL, graph_links},
    {"points", GRAPH_GNU | GRAPH_SVG | GRAPH_PNG, NULL, graph_points},
    {"timeline", GRAPH_SVG | GRAPH_PNG, "which host? Say its name or address",
	graph_timeline},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static const struct kind *
find(const char *name, struct err *e)
{
	struct nearest near = nearest_to(name, strlen(name));
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
		nearest_try(&near, kinds[i].name);
	}
	err_set(e, EX_USAGE,
	    "no picture '%s'%s; there are links, points, "
	    "timeline",
	    name, near.found == NULL ? "" : nearest_hint(&near, hint));
	return NULL;
}

static int
read_top(struct graph *g, struct err *e)
{
	const char *text = g->opt->top;
	char *end;
	unsigned long n;

	if (text == NULL)
		return 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || n < 3 ||
	    n > PICTURE_TOP_MAX)
		return err_set(e, EX_USAGE,
		    "--top %s: not a number from 3 to %d", text,
		    PICTURE_TOP_MAX);
	g->top = n;
	return 0;
}

static int
read_url(struct graph *g, struct err *e)
{
	const char *text = g->opt->url;

	g->url = HREF_USUAL;
	if (text == NULL)
		return 0;
	if (!href_is_harmless(text))
		return err_set(
		    e, EX_USAGE, "--url %s: only http and https", text);
	if (strstr(text, "%s") == NULL)
		return err_set(e, EX_USAGE,
		    "--url %s: %%s is missing, where the filter goes", text);
	g->url = text;
	return 0;
}

static int
draw(const struct kind *k, struct graph *g, const struct cli *c, struct err *e)
{
	struct filter *f = NULL;
	struct place p;
	int rc;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	g->place = &p;
	g->filter_text = place_filter_text(&p, c, 0, 0, e);
	rc = g->filter_text == NULL
		 ? -1
		 : place_filter_parse(&p, g->filter_text, 0, &f, e);
	if (rc == 0) {
		g->filter = f;
		rc = k->draw(g, e);
	}
	filter_free(f);
	free(g->filter_text);
	place_close(&p);
	return rc;
}

/* The first words are no filter. */
static void
shift(struct cli *c)
{
	c->word++;
	c->n_word--;
}

static int
run(const struct cli *typed, struct err *e)
{
	struct graph g = {.opt = &typed->opt};
	struct cli c = *typed;
	const struct kind *k;

	if (c.n_word == 0)
		return err_set(e, EX_USAGE,
		    "which picture? There are links, points, timeline");
	k = find(c.word[0], e);
	if (k == NULL)
		return -1;
	shift(&c);
	if (k->needs != NULL) {
		if (c.n_word == 0)
			return err_set(e, EX_USAGE, "%s", k->needs);
		g.word = c.word[0];
		shift(&c);
	}
	if (graph_choose(g.opt, k->formats, &g.format, e) == -1 ||
	    read_top(&g, e) == -1 || read_url(&g, e) == -1)
		return -1;
	return draw(k, &g, &c, e);
}

const struct command command_graph = {
    .name = "graph",
    .args = "links|points|timeline HOST [FILTER] -O FILE",
    .doc = "pictures: DOT, SVG, PNG, gnuplot",
    .help =
	"\n"
	"links     client (oval) -> server (rectangle) -> port (circle)\n"
	"points    each record as a point: client, server, port by rank, as\n"
	"          psad plots them; FILE.gnu comes with FILE.dat\n"
	"timeline  one host: a lane a peer, inbound above, outbound below,\n"
	"          and the onset of its incidents\n\n"
	"Drawn is what opens a connection: SYNs, and flows of other tools.\n"
	"What FILE ends in says the format.  SVG and PNG are drawn by\n"
	"Graphviz (links) and gnuplot (points), and rsvg-convert makes PNG of\n"
	"a timeline:  apt install graphviz gnuplot-nox librsvg2-bin\n"
	"The same data gives the same bytes.\n\n"
	"Examples:\n"
	"  synhive graph links -O links.svg 'direction out'\n"
	"  synhive graph links -O links.dot --properties color.nf "
	"'src net 11.11.0.0/16'\n"
	"  synhive graph points -O points.gnu 'direction out'\n"
	"  synhive graph timeline combo -O combo.svg\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_TIME | OPTIONS_NFILTER |
	       OPTIONS_GRAPH,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
