/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/case_show.h"
#include "aggregator/cli/dossier_file.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/scan.h"
#include "aggregator/cli/wanted.h"
#include "common/err.h"
#include "common/filter.h"

#include <sysexits.h>

/* --- all cases --- */

static const struct column list_columns[] = {
    {"case", COLUMN_BOTH, 0},
    {"steps", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"time", COLUMN_BOTH, 0},
    {"user", COLUMN_BOTH, 0},
    {"reason", COLUMN_BOTH, 0},
};

#define LIST_COLUMNS (sizeof(list_columns) / sizeof(*list_columns))

static const struct layout list_layout = {list_columns, LIST_COLUMNS};

struct listing {
	const char *store;
	struct output out;
};

/* One that cannot be read does not hide the others. */
static int
list_one(void *arg, const char *name, struct err *e)
{
	struct listing *l = arg;
	struct dossier_file f;
	struct dossier *d = NULL;
	struct err why = {0};
	int rc = 0;

	if (dossier_file_open(&f, l->store, name, false, &why) == 0)
		d = dossier_file_read(&f, &why);
	dossier_file_close(&f);
	if (d == NULL) {
		remark("%s", why.text);
		return 0;
	}
	rc = output_row(&l->out,
	    (const struct cell[LIST_COLUMNS]){cell_text(name), cell_uint(d->n),
		cell_time(d->time_ns), cell_text(d->user),
		cell_name(d->reason)},
	    e);
	dossier_free(d);
	return rc;
}

int
case_list(const char *store, const struct options *o, struct err *e)
{
	struct listing l = {.store = store};
	int rc = output_open(&l.out, o, &list_layout, e);

	if (rc == 0)
		rc = dossier_names(store, list_one, &l, e);
	if (rc == 0)
		rc = output_finish(&l.out, e);
	output_close(&l.out);
	return rc;
}

/* --- one --- */

static const struct column show_columns[] = {
    {"step", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"kind", COLUMN_BOTH, 0},
    {"name", COLUMN_BOTH, 0},
    {"filter", COLUMN_BOTH, 0},
    {"reason", COLUMN_BOTH, 0},
    {"user", COLUMN_BOTH, 0},
    {"time", COLUMN_BOTH, 0},
};

#define SHOW_COLUMNS (sizeof(show_columns) / sizeof(*show_columns))

static const struct layout show_layout = {show_columns, SHOW_COLUMNS};

static struct cell
kind_cell(const struct dossier_step *s)
{
	return cell_text(s->exclude ? "exclude" : "filter");
}

int
case_show(const struct dossier *d, const struct options *o, struct err *e)
{
	struct output out;
	int rc = output_open(&out, o, &show_layout, e);

	for (size_t i = 0; rc == 0 && i < d->n; i++) {
		const struct dossier_step *s = &d->step[i];
		const struct cell cell[SHOW_COLUMNS] = {
		    cell_uint(i + 1),
		    kind_cell(s),
		    cell_text(s->name),
		    cell_text(s->filter),
		    cell_name(s->reason),
		    cell_text(s->user),
		    cell_time(s->time_ns),
		};

		rc = output_row(&out, cell, e);
	}
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	return rc;
}

/* --- what the steps leave --- */

static const struct column steps_columns[] = {
    {"step", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"kind", COLUMN_BOTH, 0},
    {"name", COLUMN_BOTH, 0},
    {"before", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"taken", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"left", COLUMN_BOTH | COLUMN_RIGHT, 0},
    {"reason", COLUMN_BOTH, 0},
};

#define STEPS_COLUMNS (sizeof(steps_columns) / sizeof(*steps_columns))

static const struct layout steps_layout = {steps_columns, STEPS_COLUMNS};

struct stepping {
	const struct dossier *dossier;
	struct wanted wanted;
	struct filter *filter[DOSSIER_STEPS_MAX];
	uint64_t before, taken[DOSSIER_STEPS_MAX];
};

static void
take_out(struct stepping *x, const struct filter_subject *s)
{
	const struct dossier *d = x->dossier;

	x->before++;
	for (size_t i = 0; i < d->n; i++)
		if (filter_match(x->filter[i], s) == d->step[i].exclude) {
			x->taken[i]++;
			return;
		}
}

static int
count_chunk(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct stepping *x = arg;
	struct record r;

	(void)e;
	for (size_t i = 0; i < chunk->records.n; i++) {
		struct filter_subject s = {
		    .record = &r, .sensor = chunk_sensor(chunk, i)};

		batch_get(&chunk->records, i, &r);
		if (wanted_record(&x->wanted, &s))
			take_out(x, &s);
	}
	return 0;
}

static int
print_steps(const struct stepping *x, const struct options *o, struct err *e)
{
	uint64_t before = x->before;
	struct output out;
	int rc = output_open(&out, o, &steps_layout, e);

	for (size_t i = 0; rc == 0 && i < x->dossier->n; i++) {
		const struct dossier_step *s = &x->dossier->step[i];
		const struct cell cell[STEPS_COLUMNS] = {
		    cell_uint(i + 1),
		    kind_cell(s),
		    cell_text(s->name),
		    cell_uint(before),
		    cell_uint(x->taken[i]),
		    cell_uint(before - x->taken[i]),
		    cell_name(s->reason),
		};

		before -= x->taken[i];
		rc = output_row(&out, cell, e);
	}
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	return rc;
}

int
case_steps(const struct dossier *d, const struct place *p,
    const struct options *o, const struct filter *f, struct err *e)
{
	struct stepping x = {.dossier = d};
	int rc = wanted_open(&x.wanted, o, p->site, f, e);

	for (size_t i = 0; rc == 0 && i < d->n; i++) {
		rc = place_filter_parse(
		    p, d->step[i].filter, FILTER_RECORDS, &x.filter[i], e);
		if (rc == -1)
			err_within(e, "step '%s'", d->step[i].name);
	}
	if (rc == 0)
		rc = scan(p, o, f, 0, count_chunk, &x, e);
	if (rc == 0)
		rc = wanted_check(&x.wanted, x.before, e);
	if (rc == 0)
		rc = print_steps(&x, o, e);
	if (rc == 0)
		wanted_say(&x.wanted);
	for (size_t i = 0; i < d->n; i++)
		filter_free(x.filter[i]);
	wanted_close(&x.wanted);
	return rc;
}
