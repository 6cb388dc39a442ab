/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/incident_find.h"
#include "aggregator/cli/incident_report.h"
#include "aggregator/cli/incident_row.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/typed.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>

struct query {
	const struct options *opt;
	const char *which;
	struct state *state;
	struct err *err;
};

static int
print_row(const struct query *q, const struct incident *i, struct err *e)
{
	struct incident_row *row = malloc(sizeof(*row));
	struct output out;
	int rc;

	if (row == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	rc = output_open(&out, q->opt, &incident_layout, e);
	incident_row(row, i);
	if (rc == 0)
		rc = output_row(&out, row->cell, e);
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	free(row);
	return rc;
}

static int
print_found(void *arg, const struct incident *i)
{
	struct query *q = arg;

	char place[TYPED_MAX];

	if (output_is_table(q->opt))
		return incident_report(i, q->state, typed_place(q->opt, place),
		    NULL, NULL, q->err);
	return print_row(q, i, q->err);
}

static int
find(struct query *q, struct err *e)
{
	struct incident_name found;

	if (incident_find(q->state, q->which, &found, e) == -1)
		return -1;
	return state_incident(q->state, found.id, print_found, q, e);
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt, .err = e};
	struct place p;
	int rc = -1;

	if (c->n_word == 0)
		return err_set(e, EX_USAGE,
		    "which one? Say its id, the beginning of it, or the "
		    "honeypot");
	q.which = c->word[0];
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	q.state = place_state(&p, e);
	if (q.state != NULL)
		rc = find(&q, e);
	state_close(q.state);
	place_close(&p);
	return rc;
}

const struct command command_incident = {
    .name = "incident",
    .args = "ID",
    .doc = "the report of one incident: what happened, what to type next",
    .help = "\n"
	    "ID: the incident's id or the beginning of it, or the honeypot's\n"
	    "name or address, for its latest.\n\n"
	    "Example:\n"
	    "  synhive incident combo\n",
    .options = OPTIONS_STORE | OPTIONS_OUTPUT,
    .max_words = 1,
    .run = run,
};
