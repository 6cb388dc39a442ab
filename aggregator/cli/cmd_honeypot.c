/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/alert_row.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/honeypot_find.h"
#include "aggregator/cli/honeypots.h"
#include "aggregator/cli/incident_report.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/typed.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* For JSON: the alerts of a honeypot as rows of its own. */
struct alert_rows {
	struct alert *alert;
	size_t n, room;
	struct alert_row *row;
	struct cell *cell;
};

struct query {
	const struct options *opt;
	const struct honeypot_found *found;
	struct state *state;
	struct output out;
	struct alert_rows rows;
	int rc; /* of what was said in between */
	struct err *err;
};

static bool
is_ours(const struct query *q, const struct alert *a)
{
	return a->severity <= SEVERITY_COMPROMISED &&
	       addr_eq(&a->address, &q->found->address);
}

/* --- as text --- */

static int
print_alert(void *arg, const struct alert *a)
{
	struct query *q = arg;
	struct alert_row row;

	if (!is_ours(q, a))
		return 0;
	alert_row(&row, a, false);
	return output_row(&q->out, row.cell, q->err);
}

static int
say_noticed(struct query *q)
{
	int rc;

	output_line("%s", "");
	output_line("All that was noticed");
	rc = output_open(&q->out, q->opt, &alert_layout, q->err);
	if (rc == 0)
		rc = state_alerts(q->state, print_alert, q, q->err);
	if (rc == 0)
		rc = output_finish(&q->out, q->err);
	output_close(&q->out);
	return rc;
}

static void
say_more(void *arg)
{
	struct query *q = arg;

	q->rc = say_noticed(q);
}

static int
report(void *arg, const struct incident *i)
{
	struct query *q = arg;
	char place[TYPED_MAX];
	int rc = incident_report(
	    i, q->state, typed_place(q->opt, place), say_more, q, q->err);

	return rc == 0 ? q->rc : rc;
}

static int
say(struct query *q, struct err *e)
{
	if (q->found->incident[0] != '\0')
		return honeypot_incident(q->state, q->found, report, q, e);
	output_line("%s: nothing suspicious is known.", q->found->name);
	return say_noticed(q);
}

/* --- as a row --- */

static int
gather(void *arg, const struct alert *a)
{
	struct query *q = arg;
	struct alert_rows *r = &q->rows;
	size_t room = r->room == 0 ? 16 : 2 * r->room;
	struct alert *more;

	if (!is_ours(q, a))
		return 0;
	if (r->n == r->room) {
		more = reallocarray(r->alert, room, sizeof(*more));
		if (more == NULL)
			return err_set(q->err, EX_OSERR, "out of memory");
		r->alert = more;
		r->room = room;
	}
	r->alert[r->n++] = *a;
	return 0;
}

static int
make_rows(struct alert_rows *r, struct err *e)
{
	size_t columns = alert_layout.n;

	r->row = calloc(r->n + 1, sizeof(*r->row));
	r->cell = calloc(r->n * columns + 1, sizeof(*r->cell));
	if (r->row == NULL || r->cell == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (size_t i = 0; i < r->n; i++) {
		alert_row(&r->row[i], &r->alert[i], false);
		for (size_t k = 0; k < columns; k++)
			r->cell[i * columns + k] = r->row[i].cell[k];
	}
	return 0;
}

static int
print(struct query *q, const struct honeypot_state *h, struct err *e)
{
	struct column column[HONEYPOT_COLUMNS + 1];
	const struct layout layout = {column, HONEYPOT_COLUMNS + 1};
	struct cell cell[HONEYPOT_COLUMNS + 1];
	int rc = state_alerts(q->state, gather, q, e);

	if (rc == 0)
		rc = make_rows(&q->rows, e);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < HONEYPOT_COLUMNS; i++)
		column[i] = honeypot_layout.column[i];
	column[HONEYPOT_COLUMNS] = (struct column){"noticed", 0, 0};
	honeypot_row(cell, h);
	cell[HONEYPOT_COLUMNS] =
	    cell_rows(&alert_layout, q->rows.cell, q->rows.n);
	rc = output_open(&q->out, q->opt, &layout, e);
	if (rc == 0)
		rc = output_row(&q->out, cell, e);
	if (rc == 0)
		rc = output_finish(&q->out, e);
	output_close(&q->out);
	return rc;
}

static int
print_one(struct query *q, const struct place *p, struct err *e)
{
	struct honeypots all;
	struct honeypot_state own = {.state = "quiet",
	    .address = q->found->address,
	    .onset_ns = TIME_NONE,
	    .last_ns = TIME_NONE};
	const struct honeypot_state *h = &own;
	int rc = honeypots_read(&all, p, q->state, e);

	memcpy(own.name, q->found->name, sizeof(own.name));
	for (size_t i = 0; i < all.n; i++)
		if (addr_eq(&all.list[i].address, &own.address))
			h = &all.list[i];
	if (rc == 0)
		rc = print(q, h, e);
	honeypots_fini(&all);
	free(q->rows.alert);
	free(q->rows.row);
	free(q->rows.cell);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct honeypot_found found;
	struct query q = {.opt = &c->opt, .found = &found, .err = e};
	struct place p;
	int rc = -1;

	if (c->n_word == 0)
		return err_set(e, EX_USAGE,
		    "which one? Say its name or one of its addresses");
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	q.state = place_state(&p, e);
	if (q.state != NULL &&
	    honeypot_find(&p, q.state, c->word[0], &found, e) == 0)
		rc = output_is_table(&c->opt) ? say(&q, e)
					      : print_one(&q, &p, e);
	state_close(q.state);
	place_close(&p);
	return rc;
}

const struct command command_honeypot = {
    .name = "honeypot",
    .args = "HONEYPOT",
    .doc = "one honeypot: state, onset, evidence, peers",
    .help = "\n"
	    "HONEYPOT: its name or one of its addresses.  The report of its\n"
	    "incident, if there is one, and all that was noticed, also what\n"
	    "is no evidence.\n\n"
	    "Example:\n"
	    "  synhive honeypot combo\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT,
    .max_words = 1,
    .run = run,
};
