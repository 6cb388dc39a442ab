/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/color.h"
#include "aggregator/graph/picture_internal.h"
#include "common/err.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* --- by a property file --- */

/* 'row' of what is drawn: counts are those of its nodes. */
static void
name_row(const struct picture *p, const struct drawn *d,
    struct property_row *out, char text[FIELDS][WHO_TEXT_MAX])
{
	for (size_t k = 0; k < FIELDS; k++) {
		size_t at = picture_find(p, &d->end[k]);

		out->field[k] = who_text(&d->end[k], text[k]);
		out->count[k] = at == SIZE_MAX ? 0 : p->node[at].records[k];
	}
}

static void
set_once(char **field, const char *text)
{
	if (*field == NULL)
		*field = strdup(text);
}

static const char *
checked_color(const char *color)
{
	return color_is_known(color) ? color : "white";
}

/* A host that is client and server has a colour of its own, if any. */
static void
color_node(const struct properties *props, struct node *n,
    enum property_part part, const struct property_row *row)
{
	bool both = n->in[PART_SOURCE] && n->in[PART_EVENT];
	char text[PROPERTY_TEXT_MAX];

	if (part != node_part(n) || n->color != NULL)
		return;
	if ((both && property_value(
			 props, LIST_COLOR, PART_SOURCETARGET, row, text)) ||
	    property_value(props, LIST_COLOR, part, row, text))
		set_once(&n->color, checked_color(text));
}

/* "0" and "" are no label, "1" is the usual one. */
static void
label_node(const struct properties *props, struct node *n,
    enum property_part part, const struct property_row *row)
{
	char text[PROPERTY_TEXT_MAX];

	if (part != node_part(n) || n->label != NULL ||
	    !property_value(props, LIST_LABEL, part, row, text) ||
	    strcmp(text, "1") == 0)
		return;
	set_once(&n->label, strcmp(text, "0") == 0 ? "" : text);
}

static void
size_node(struct picture *p, const struct properties *props, struct node *n,
    enum property_part part, const struct property_row *row, uint64_t records)
{
	char text[PROPERTY_TEXT_MAX];
	double size;

	if (!property_value(props, LIST_SIZE, part, row, text))
		return;
	size = property_number(text);
	if (property_settings(props)->sum[part])
		n->size += size * (double)records;
	else
		n->size = size;
	if (n->size > p->max_size[part])
		p->max_size[part] = n->size;
}

static void
look_at_edge(const struct properties *props, struct edge *x,
    const struct property_row *row)
{
	char text[PROPERTY_TEXT_MAX];

	if (property_value(props, LIST_COLOR, PART_EDGE, row, text))
		set_once(&x->color, checked_color(text));
	if (property_value(props, LIST_LABEL, PART_EDGE, row, text) &&
	    strcmp(text, "0") != 0 && text[0] != '\0')
		set_once(&x->label, text);
	if (x->width == 0 &&
	    property_value(props, LIST_SIZE, PART_EDGE, row, text)) {
		x->width = property_number(text);
		if (x->width < 0.1 || x->width > 100)
			x->width = x->width < 0.1 ? 0.1 : 100;
	}
}

static struct edge *
find_edge(const struct picture *p, size_t from, size_t to)
{
	size_t low = 0, high = p->n_edge;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct edge *x = &p->edge[mid];

		if (x->from == from && x->to == to)
			return &p->edge[mid];
		if (x->from < from || (x->from == from && x->to < to))
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void
look_at_row(
    struct picture *p, const struct drawn *d, const struct properties *props)
{
	char text[FIELDS][WHO_TEXT_MAX];
	struct property_row row;
	size_t at[FIELDS];

	name_row(p, d, &row, text);
	for (size_t k = 0; k < FIELDS; k++) {
		at[k] = picture_find(p, &d->end[k]);
		if (at[k] == SIZE_MAX)
			continue;
		color_node(props, &p->node[at[k]], (enum property_part)k, &row);
		label_node(props, &p->node[at[k]], (enum property_part)k, &row);
		size_node(p, props, &p->node[at[k]], (enum property_part)k,
		    &row, d->records);
	}
	for (size_t k = 0; k + 1 < FIELDS; k++) {
		struct edge *x = find_edge(p, at[k], at[k + 1]);

		if (x != NULL)
			look_at_edge(props, x, &row);
	}
}

/* --- where nothing is said --- */

static const char *
usual_color(const struct node *n, const struct site *site)
{
	enum property_part part = node_part(n);

	if (n->who.kind == WHO_OTHER)
		return COLOR_GRAY;
	if (part == PART_TARGET)
		return COLOR_GREEN;
	if (site == NULL || n->who.kind == WHO_NAME)
		return part == PART_SOURCE ? COLOR_ORANGE : COLOR_SKY_BLUE;
	return site_honeynet(site, &n->who.addr) != NULL ? COLOR_ORANGE
							 : COLOR_SKY_BLUE;
}

/* A honeypot by its name, too; a group with how many it stands for. */
static char *
usual_label(const struct node *n, const struct site *site)
{
	const struct honeypot *h = site != NULL && n->who.kind == WHO_HOST
				       ? site_honeypot(site, &n->who.addr)
				       : NULL;
	uint64_t members = n->members[node_part(n)];
	char name[WHO_TEXT_MAX], text[WHO_TEXT_MAX + SITE_NAME_MAX + 40];
	const char *who = who_text(&n->who, name);

	if (h != NULL && strcmp(h->name, who) != 0)
		snprintf(text, sizeof(text), "%s\n%s", h->name, who);
	else if (n->who.kind == WHO_NET)
		snprintf(
		    text, sizeof(text), "%s\n%" PRIu64 " hosts", who, members);
	else if (n->who.kind == WHO_OTHER)
		snprintf(text, sizeof(text), "%" PRIu64 "\n%s", members, who);
	else
		snprintf(text, sizeof(text), "%s", who);
	return strdup(text);
}

static int
look_usual(struct picture *p, const struct site *site)
{
	for (size_t i = 0; i < p->n_node; i++) {
		struct node *n = &p->node[i];

		if (n->color == NULL)
			n->color = strdup(usual_color(n, site));
		if (n->label == NULL)
			n->label = usual_label(n, site);
		if (n->color == NULL || n->label == NULL)
			return -1;
	}
	return 0;
}

int
picture_look(struct picture *p, const struct drawing *d,
    const struct picture_options *o, struct err *e)
{
	for (size_t k = 0; k < FIELDS; k++) {
		p->max_size[k] = 1; /* as AfterGlow: smaller ones stay so */
		if (o->properties != NULL &&
		    property_has(
			o->properties, LIST_SIZE, (enum property_part)k))
			p->sized = true;
	}
	for (size_t i = 0; o->properties != NULL && i < d->n; i++)
		look_at_row(p, &d->row[i], o->properties);
	if (look_usual(p, o->site) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	return 0;
}
