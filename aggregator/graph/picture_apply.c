/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/picture_internal.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* A row as a property file sees it; 'text' is room for its names. */
static void
name_row(const struct drawn *d, const struct tally *t, struct property_row *out,
    char text[FIELDS][WHO_TEXT_MAX])
{
	*out = (struct property_row){0};
	for (size_t k = 0; k < FIELDS; k++) {
		out->field[k] = who_text(&d->end[k], text[k]);
		if (t != NULL)
			out->count[k] = tally_find(&t[k], &d->end[k])->records;
	}
}

static void
cluster(struct picture *p, struct drawn *d, const struct properties *props)
{
	char text[FIELDS][WHO_TEXT_MAX], name[FIELDS][PROPERTY_TEXT_MAX];
	struct property_row row;
	unsigned int changed;

	name_row(d, NULL, &row, text);
	changed = property_cluster(props, &row, name);
	for (size_t k = 0; k < FIELDS; k++) {
		if ((changed >> k & 1) == 0 ||
		    strcmp(name[k], row.field[k]) == 0)
			continue;
		d->end[k] = (struct who){.kind = WHO_NAME,
		    .name = name_list_add(&p->names, name[k])};
		if (d->end[k].name == NULL)
			d->end[k] = (struct who){
			    .kind = WHO_OTHER, .part = (enum property_part)k};
	}
}

/* --- what is not drawn --- */

static bool
is_invisible(const struct drawn *d, const struct tally *t,
    const struct properties *props)
{
	static const enum property_part parts[] = {
	    PART_SOURCETARGET, PART_SOURCE, PART_EVENT, PART_TARGET};
	char text[FIELDS][WHO_TEXT_MAX], color[PROPERTY_TEXT_MAX];
	struct property_row row;

	name_row(d, t, &row, text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (property_value(props, LIST_COLOR, parts[i], &row, color) &&
		    strcmp(color, "invisible") == 0)
			return true;
	return false;
}

static void
drop_invisible(
    struct drawing *d, const struct tally *t, const struct properties *props)
{
	size_t to = 0;

	for (size_t i = 0; i < d->n; i++)
		if (!is_invisible(&d->row[i], t, props))
			d->row[to++] = d->row[i];
	d->n = to;
}

/* The first edge of a row is drawn when both its ends occur often enough; the
 * second one, when so do its ends and its server is in a first one. */
static void
drop_rare(struct drawing *d, struct tally *t, const struct property_settings *s)
{
	bool enough[FIELDS];

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < d->n; i++) {
			struct drawn *r = &d->row[i];
			struct tally_one *server =
			    tally_find(&t[PART_EVENT], &r->end[PART_EVENT]);

			for (size_t k = 0; k < FIELDS; k++) {
				uint64_t n =
				    tally_find(&t[k], &r->end[k])->records;

				enough[k] =
				    n > s->threshold && n > s->thresholds[k];
			}
			r->first = enough[PART_SOURCE] && enough[PART_EVENT];
			server->kept |= r->first;
			r->second = server->kept && enough[PART_EVENT] &&
				    enough[PART_TARGET];
		}
}

static int
count_all(struct tally t[FIELDS], const struct drawing *d)
{
	int rc = 0;

	for (size_t k = 0; k < FIELDS; k++) {
		tally_fini(&t[k]);
		if (tally_count(&t[k], d, (enum property_part)k) == -1)
			rc = -1;
	}
	return rc;
}

int
picture_apply(struct picture *p, struct drawing *d,
    const struct properties *props, struct err *e)
{
	struct tally t[FIELDS] = {0};
	int rc;

	if (property_has(props, LIST_CLUSTER, PART_SOURCE) ||
	    property_has(props, LIST_CLUSTER, PART_EVENT) ||
	    property_has(props, LIST_CLUSTER, PART_TARGET))
		for (size_t i = 0; i < d->n; i++)
			cluster(p, &d->row[i], props);
	rc = count_all(t, d);
	if (rc == 0) {
		drop_invisible(d, t, props);
		rc = count_all(t, d);
	}
	if (rc == 0)
		drop_rare(d, t, property_settings(props));
	for (size_t k = 0; k < FIELDS; k++)
		tally_fini(&t[k]);
	return rc == 0 ? 0 : err_set(e, EX_OSERR, "out of memory");
}
