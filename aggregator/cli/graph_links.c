/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/graph.h"
#include "aggregator/cli/output.h"
#include "aggregator/graph/dot.h"
#include "aggregator/graph/links.h"
#include "aggregator/graph/picture.h"
#include "aggregator/graph/tool.h"
#include "common/err.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define CAPTION_MAX 640
#define FILTER_SAID 150 /* characters of a filter in the caption */

static int
add(void *arg, const struct opening *x, struct err *e)
{
	struct link l = {
	    x->client, x->server, x->server_port, x->record->proto};

	(void)e;
	links_add(arg, &l, x->record->time_ns);
	return 0;
}

/* --- what stands below the picture --- */

static void
say_times(const struct picture *p, char *out, size_t size)
{
	int64_t first = TIME_NONE, last = TIME_NONE;
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];

	for (size_t i = 0; i < p->n_edge; i++) {
		const struct edge *x = &p->edge[i];

		if (x->first_ns == TIME_NONE)
			continue;
		if (first == TIME_NONE || x->first_ns < first)
			first = x->first_ns;
		if (last == TIME_NONE || x->last_ns > last)
			last = x->last_ns;
	}
	*out = '\0';
	if (first != TIME_NONE)
		snprintf(out, size, ", %s to %s", time_format(first, from),
		    time_format(last, to));
}

static void
say_filter(const struct graph *g, char *out, size_t size)
{
	const char *text = g->filter_text;

	*out = '\0';
	if (*text != '\0')
		snprintf(out, size, "\nfilter: %.*s%s", FILTER_SAID, text,
		    strlen(text) > FILTER_SAID ? "..." : "");
}

static void
caption(const struct graph *g, const struct picture *p,
    const struct links *links, char out[static CAPTION_MAX])
{
	char times[80], filter[FILTER_SAID + 40], rare[80] = "";
	bool colors = g->place->home_known && g->opt->properties == NULL;

	say_times(p, times, sizeof(times));
	say_filter(g, filter, sizeof(filter));
	if (links_left_out(links) > 0)
		snprintf(rare, sizeof(rare),
		    "\nnot drawn: %" PRIu64 " records of rare links",
		    links_left_out(links));
	snprintf(out, CAPTION_MAX,
	    "oval: client, rectangle: server, circle: port%s\n"
	    "%" PRIu64 " record%s%s%s%s",
	    colors ? "; orange: the honeynet, blue: others" : "", p->records,
	    p->records == 1 ? "" : "s", times, filter, rare);
}

/* --- the file --- */

static int
save(const struct graph *g, FILE *dot, struct err *e)
{
	const char *const argv[] = {
	    "dot", g->format == GRAPH_SVG ? "-Tsvg" : "-Tpng", NULL};
	const struct tool tool = {.argv = argv, .package = "graphviz"};
	FILE *out;
	int rc;

	if (g->format == GRAPH_DOT)
		return graph_save(dot, g->opt->out, e);
	out = tmpfile();
	if (out == NULL)
		return err_sys(e, EX_CANTCREAT, "a temporary file");
	rc = tool_run(&tool, dot, out, e);
	if (rc == 0)
		rc = graph_save(out, g->opt->out, e);
	fclose(out);
	return rc;
}

static int
write_picture(const struct graph *g, const struct picture *p,
    const struct links *links, const struct properties *props, struct err *e)
{
	char text[CAPTION_MAX];
	const struct dot_options o = {.caption = text,
	    .filter = g->filter_text,
	    .url = g->url,
	    .properties = props};
	FILE *dot = tmpfile();
	int rc;

	if (dot == NULL)
		return err_sys(e, EX_CANTCREAT, "a temporary file");
	caption(g, p, links, text);
	dot_write(dot, p, &o);
	rc = save(g, dot, e);
	fclose(dot);
	if (rc == 0 && p->records == 0)
		remark("nothing that opens a connection matches: the picture "
		       "is empty");
	return rc;
}

static int
draw(const struct graph *g, const struct links *links,
    const struct properties *props, struct err *e)
{
	const struct picture_options o = {.top = g->top,
	    .properties = props,
	    .site = g->place->home_known ? g->place->site : NULL};
	struct picture *p = NULL;
	struct link_row *row;
	size_t n;
	int rc = -1;

	if (links_rows(links, &row, &n) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	p = picture_new(row, n, &o, e);
	free(row);
	if (p != NULL)
		rc = write_picture(g, p, links, props, e);
	picture_free(p);
	return rc;
}

int
graph_links(const struct graph *g, struct err *e)
{
	struct properties *props = NULL;
	struct links *links;
	int rc;

	if (g->opt->properties != NULL) {
		props = properties_load(g->opt->properties, e);
		if (props == NULL)
			return -1;
	}
	links = links_new(LINKS_MAX);
	rc = links == NULL ? err_set(e, EX_OSERR, "out of memory")
			   : graph_openings(g, add, links, e);
	if (rc == 0)
		rc = draw(g, links, props, e);
	links_free(links);
	properties_free(props);
	return rc;
}
