/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/dot.h"
#include "aggregator/graph/color.h"
#include "aggregator/graph/href.h"
#include "aggregator/graph/picture.h"
#include "aggregator/graph/quote.h"
#include "common/clock.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_MAX 1024
#define SIZE_LEAST 0.1 /* inches, as AfterGlow */
#define FAINT 0x38     /* alpha of edges */
#define OPAQUE 0xd0

struct writer {
	FILE *to;
	const struct picture *p;
	const struct dot_options *o;
	const struct property_settings *s; /* NULL: none */
	double strongest; /* log2 of the busiest edge's records, and 1 */
};

static void
attribute(const struct writer *w, const char *name, const char *value)
{
	fprintf(w->to, ", %s=", name);
	quote_dot(w->to, value);
}

static void
link_to(const struct writer *w, const char *own, const char *name)
{
	char filter[HREF_FILTER_MAX], url[HREF_MAX];

	if (name != NULL && w->s != NULL && w->s->url[0] != '\0')
		href_make(w->s->url, "\\N", name, url);
	else
		href_make(w->o->url, "%s",
		    href_filter(w->o->filter, own, filter), url);
	if (url[0] != '\0')
		attribute(w, "URL", url);
}

static void
head(const struct writer *w)
{
	fputs("digraph synhive {\n"
	      "graph [rankdir=LR, nodesep=0.1, ranksep=1.4, bgcolor=white, "
	      "fontname=\"DejaVu Sans\", fontsize=10, labelloc=b, labeljust=l",
	    w->to);
	fputs(", label=", w->to);
	quote_dot_left(w->to, w->o->caption);
	if (w->s != NULL && w->s->concentrate == 1)
		fputs(", concentrate=true", w->to);
	fprintf(w->to,
	    "]\n"
	    "node [shape=ellipse, style=filled, fontname=\"DejaVu Sans\", "
	    "fontsize=10, color=\"%s\", penwidth=0.7, width=0.2, height=0.2, "
	    "margin=\"0.09,0.05\"%s]\n"
	    "edge [arrowsize=0.5]\n",
	    COLOR_DARK_GRAY, w->p->sized ? ", fixedsize=true" : "");
}

/* --- nodes --- */

static const char *
shape_of(const struct writer *w, enum property_part part)
{
	static const char *const usual[FIELDS] = {
	    [PART_SOURCE] = "ellipse",
	    [PART_EVENT] = "box",
	    [PART_TARGET] = "circle",
	};

	return w->s != NULL && w->s->shape[part] != NULL ? w->s->shape[part]
							 : usual[part];
}

static void
tell_node(const struct writer *w, const struct node *n, const char *name)
{
	static const char *const what[FIELDS] = {
	    [PART_SOURCE] = "as client",
	    [PART_EVENT] = "as server",
	    [PART_TARGET] = "to this port",
	};
	char text[TEXT_MAX];
	size_t first = (size_t)node_part(n);
	size_t at = (size_t)snprintf(text, sizeof(text), "%.200s", name);

	for (size_t k = first; k < FIELDS; k++)
		if (n->in[k])
			at += (size_t)snprintf(text + at, sizeof(text) - at,
			    "%s %" PRIu64 " record%s %s",
			    k == first ? ":" : ";", n->records[k],
			    n->records[k] == 1 ? "" : "s", what[k]);
	attribute(w, "tooltip", text);
}

static void
size_node(const struct writer *w, const struct node *n)
{
	enum property_part part = node_part(n);
	double size = w->s->max_node_size / w->p->max_size[part] * n->size;

	if (!(size > SIZE_LEAST))
		size = SIZE_LEAST;
	fprintf(w->to, ", width=%.2f, height=%.2f", size, size);
}

static void
write_node(const struct writer *w, const struct node *n)
{
	enum property_part part = node_part(n);
	char text[WHO_TEXT_MAX], filter[WHO_TEXT_MAX];
	const char *name = who_text(&n->who, text);
	bool outside =
	    w->s != NULL &&
	    (w->s->xlabels == 1 || (w->p->sized && w->s->xlabels == -1));

	quote_dot(w->to, name);
	fprintf(w->to, " [shape=%s", shape_of(w, part));
	attribute(w, "fillcolor", n->color);
	if (outside)
		attribute(w, "xlabel", n->label);
	attribute(w, "label", outside ? "" : n->label);
	if (w->p->sized)
		size_node(w, n);
	tell_node(w, n, name);
	link_to(w, who_filter(&n->who, part, filter), name);
	fputs("]\n", w->to);
}

/* --- edges --- */

static void
tell_edge(const struct writer *w, const struct edge *x, const char *from,
    const char *to)
{
	char text[TEXT_MAX], first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];

	if (x->first_ns == TIME_NONE)
		snprintf(text, sizeof(text),
		    "%.200s to %.200s: %" PRIu64 " record%s", from, to,
		    x->records, x->records == 1 ? "" : "s");
	else if (x->first_ns == x->last_ns)
		snprintf(text, sizeof(text),
		    "%.200s to %.200s: %" PRIu64 " record%s, %s", from, to,
		    x->records, x->records == 1 ? "" : "s",
		    time_format(x->first_ns, first));
	else
		snprintf(text, sizeof(text),
		    "%.200s to %.200s: %" PRIu64 " records, %s to %s", from, to,
		    x->records, time_format(x->first_ns, first),
		    time_format(x->last_ns, last));
	attribute(w, "tooltip", text);
}

static void
link_edge(
    const struct writer *w, const struct edge *x, const struct node *nodes)
{
	const struct node *to = &nodes[x->to];
	bool second = x->second;
	char one[WHO_TEXT_MAX], two[WHO_TEXT_MAX];
	char both[2 * WHO_TEXT_MAX + 8];

	who_filter(&nodes[x->from].who, second ? PART_EVENT : PART_SOURCE, one);
	who_filter(&to->who, second ? PART_TARGET : PART_EVENT, two);
	snprintf(both, sizeof(both), "%s%s%s", one,
	    *one != '\0' && *two != '\0' ? " and " : "", two);
	link_to(w, both, NULL);
}

static double
log2_of(uint64_t n)
{
	return 63 - __builtin_clzll(n | 1);
}

static void
write_edge(const struct writer *w, const struct edge *x)
{
	const struct node *nodes = w->p->node;
	char a[WHO_TEXT_MAX], b[WHO_TEXT_MAX];
	const char *from = who_text(&nodes[x->from].who, a);
	const char *to = who_text(&nodes[x->to].who, b);
	/* The busiest are the thickest and the darkest. */
	double strength = (log2_of(x->records) + 1) / w->strongest;

	quote_dot(w->to, from);
	fputs(" -> ", w->to);
	quote_dot(w->to, to);
	fprintf(w->to, " [penwidth=%.1f",
	    x->width > 0 ? x->width : 0.8 + 2.7 * strength);
	if (x->color != NULL)
		attribute(w, "color", x->color);
	else
		fprintf(w->to, ", color=\"%s%02x\"", COLOR_DARK_GRAY,
		    FAINT + (int)((OPAQUE - FAINT) * strength));
	if (x->label != NULL)
		attribute(w, "label", x->label);
	tell_edge(w, x, from, to);
	link_edge(w, x, nodes);
	fputs("]\n", w->to);
}

void
dot_write(FILE *to, const struct picture *p, const struct dot_options *o)
{
	struct writer w = {.to = to,
	    .p = p,
	    .o = o,
	    .s =
		o->properties == NULL ? NULL : property_settings(o->properties),
	    .strongest = 1};

	for (size_t i = 0; i < p->n_edge; i++)
		if (log2_of(p->edge[i].records) + 1 > w.strongest)
			w.strongest = log2_of(p->edge[i].records) + 1;
	head(&w);
	for (size_t i = 0; i < p->n_node; i++)
		write_node(&w, &p->node[i]);
	for (size_t i = 0; i < p->n_edge; i++)
		write_edge(&w, &p->edge[i]);
	fputs("}\n", to);
}
