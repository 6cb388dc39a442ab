/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/fold_store.h"
#include "aggregator/cli/graph.h"
#include "aggregator/cli/honeypot_find.h"
#include "aggregator/cli/output.h"
#include "aggregator/graph/timeline.h"
#include "aggregator/graph/tool.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define DOORS 3 /* the likeliest ones of an onset are marked */
#define TITLE_MAX 256

struct telling {
	const struct graph *g;
	struct honeypot_found host;
	struct nets own; /* its addresses */
	struct timeline *timeline;
	uint64_t untimed;
	bool ready; /* all was learned */
	struct hidden hidden;
	struct err *err;
};

/* --- the host --- */

static int
add_own(struct telling *t, const struct addr *a)
{
	const struct net host = {*a, 128};

	return nets_have(&t->own, a) ? 0 : nets_add(&t->own, &host);
}

/* Its addresses, its onsets, and whom the evidence names. */
static int
read_incident(void *arg, const struct incident *i)
{
	struct telling *t = arg;
	int rc = 0;

	for (size_t k = 0; k < i->n_alias; k++)
		rc |= add_own(t, &i->alias[k]);
	for (size_t k = 0; k < i->n_episode; k++) {
		const struct episode *x = &i->episode[k];

		timeline_moment(t->timeline, x->onset_ns);
		for (size_t v = 0; v < x->n_vector && v < DOORS; v++)
			if (vector_strength(&x->vector[v], x->onset_ns) !=
			    VECTOR_NONE)
				timeline_mark(
				    t->timeline, &x->vector[v].peer, false);
	}
	for (size_t k = 0; k < i->n_evidence; k++)
		if (i->evidence[k].has_peer)
			timeline_mark(t->timeline, &i->evidence[k].peer, true);
	return rc == 0 ? 0 : err_set(t->err, EX_OSERR, "out of memory");
}

static int
add_configured(struct telling *t)
{
	const struct honeypot *h =
	    site_honeypot(t->g->place->site, &t->host.address);
	int rc = add_own(t, &t->host.address);

	for (size_t i = 0; h != NULL && i < h->addresses.n; i++)
		rc |= nets_add(&t->own, &h->addresses.net[i]);
	return rc;
}

/* A honeypot; or else any address, also of an outsider. */
static int
find_host(struct telling *t, struct err *e)
{
	struct state *s = place_state(t->g->place, e);
	int rc = -1;

	if (s == NULL)
		return -1;
	if (honeypot_find(t->g->place, s, t->g->word, &t->host, e) == 0) {
		rc = honeypot_incident(s, &t->host, read_incident, t, e);
	} else if (addr_parse(t->g->word, &t->host.address) == 0) {
		addr_format(&t->host.address, t->host.name);
		rc = 0;
	}
	state_close(s);
	if (rc == 0 && add_configured(t) != 0)
		rc = err_set(e, EX_OSERR, "out of memory");
	return rc;
}

/* --- its connections --- */

static bool
is_matched(const struct telling *t, const struct connection *c)
{
	size_t i = 0;

	do {
		if (filter_match_connection_at(t->g->filter, &c->client.addr,
			c->client_port, &c->server.addr, c->server_port,
			c->start_ns,
			i < c->witnesses.n ? c->witnesses.name[i] : NULL))
			return true;
	} while (++i < c->witnesses.n);
	return false;
}

static bool
is_wanted(struct telling *t, const struct connection *c)
{
	bool matched;

	if (!options_in_time(t->g->opt, c->start_ns))
		return false;
	matched = is_matched(t, c);
	if (t->ready)
		hidden_connection(&t->hidden, c, matched);
	return matched;
}

static int
each(void *arg, const struct connection *c, struct err *e)
{
	struct telling *t = arg;
	bool out = nets_have(&t->own, &c->client.addr);
	bool in = nets_have(&t->own, &c->server.addr);
	const struct timeline_event x = {
	    .peer = out ? c->server.addr : c->client.addr,
	    .out = out,
	    .port = c->server_port,
	    .time_ns = c->start_ns,
	    .outcome = c->outcome};

	(void)e;
	if (out == in || !is_wanted(t, c))
		return 0;
	if (c->start_ns == TIME_NONE)
		t->untimed++;
	else if (!t->ready)
		timeline_learn(t->timeline, &x);
	else
		timeline_put(t->timeline, &x);
	return 0;
}

static int
read_connections(struct telling *t, struct err *e)
{
	const struct options *o = t->g->opt;
	int rc = fold_store(t->g->place, o, NULL, each, t, e);

	if (rc == 0 && timeline_events(t->timeline) == 0 && t->untimed > 0)
		return err_set(e, EX_DATAERR,
		    "%s: its %" PRIu64 " connections have no times: no time "
		    "line can be drawn",
		    t->host.name, t->untimed);
	if (rc == 0 &&
	    timeline_ready(t->timeline, o->since_ns, o->until_ns) == -1)
		rc = err_set(e, EX_OSERR, "out of memory");
	t->ready = true;
	if (rc == 0)
		rc =
		    hidden_open(&t->hidden, t->g->place->site, t->g->filter, e);
	if (rc == 0)
		rc = fold_store(t->g->place, o, NULL, each, t, e);
	if (rc == 0)
		hidden_say(&t->hidden);
	hidden_close(&t->hidden);
	return rc;
}

/* --- the file --- */

static int
save(const struct graph *g, FILE *svg, struct err *e)
{
	static const char *const argv[] = {"rsvg-convert", NULL};
	static const struct tool tool = {
	    .argv = argv, .package = "librsvg2-bin"};
	FILE *png;
	int rc;

	if (g->format == GRAPH_SVG)
		return graph_save(svg, g->opt->out, e);
	png = tmpfile();
	if (png == NULL)
		return err_sys(e, EX_CANTCREAT, "a temporary file");
	rc = tool_run(&tool, svg, png, e);
	if (rc == 0)
		rc = graph_save(png, g->opt->out, e);
	fclose(png);
	return rc;
}

static int
write_svg(const struct telling *t, struct err *e)
{
	uint64_t n = timeline_events(t->timeline);
	char address[ADDR_TEXT_MAX], title[TITLE_MAX];
	const struct timeline_text text = {
	    .title = title, .filter = t->g->filter_text, .url = t->g->url};
	FILE *svg = tmpfile();
	int rc;

	if (svg == NULL)
		return err_sys(e, EX_CANTCREAT, "a temporary file");
	addr_format(&t->host.address, address);
	snprintf(title, sizeof(title), "%s%s%s%s: %" PRIu64 " connection%s",
	    t->host.name, strcmp(t->host.name, address) == 0 ? "" : " (",
	    strcmp(t->host.name, address) == 0 ? "" : address,
	    strcmp(t->host.name, address) == 0 ? "" : ")", n,
	    n == 1 ? "" : "s");
	timeline_svg(svg, t->timeline, &text);
	rc = save(t->g, svg, e);
	fclose(svg);
	if (rc == 0 && n == 0)
		remark("%s: no connection matches: the picture is empty",
		    t->host.name);
	return rc;
}

int
graph_timeline(const struct graph *g, struct err *e)
{
	struct telling t = {.g = g, .err = e};
	int rc = -1;

	if (g->top > TIMELINE_LANES_MAX)
		return err_set(e, EX_USAGE, "--top %zu: at most %d lanes",
		    g->top, TIMELINE_LANES_MAX);
	t.timeline = timeline_new(g->top);
	if (t.timeline == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	if (find_host(&t, e) == 0)
		rc = read_connections(&t, e);
	if (rc == 0)
		rc = write_svg(&t, e);
	timeline_free(t.timeline);
	nets_fini(&t.own);
	return rc;
}
