/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/incident_report.h"
#include "aggregator/cli/incident_row.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct query {
	const struct options *opt;
	const char *which;
	struct state *state;
	char id[ID_TEXT_MAX]; /* of what was found */
	size_t found;
	struct err *err;
};

/* A name or address is exact; of an id the beginning is enough. */
static bool
is_meant(const char *which, const struct incident *i)
{
	struct addr a;

	if (*which == '\0')
		return false;
	return strcmp(which, i->honeypot) == 0 ||
	       strncasecmp(which, i->id, strlen(which)) == 0 ||
	       (addr_parse(which, &a) == 0 && addr_eq(&a, &i->address));
}

static int
look_at(void *arg, const struct incident *i)
{
	struct query *q = arg;

	if (!is_meant(q->which, i))
		return 0;
	q->found++;
	memcpy(q->id, i->id, sizeof(q->id));
	return 0;
}

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

	if (strcmp(i->id, q->id) != 0)
		return 0;
	if (output_is_table(q->opt))
		return incident_report(i, q->state, NULL, NULL, q->err);
	return print_row(q, i, q->err);
}

static int
find(struct query *q, struct err *e)
{
	if (state_incidents(q->state, look_at, q, e) == -1)
		return -1;
	if (q->found == 0)
		return err_set(e, EX_NOINPUT,
		    "no incident '%s'; 'synhive incidents' lists them",
		    q->which);
	if (q->found > 1)
		return err_set(e, EX_USAGE,
		    "%zu incidents begin with '%s': give more of the id",
		    q->found, q->which);
	return state_incidents(q->state, print_found, q, e);
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
	    "name or address.\n\n"
	    "Example:\n"
	    "  synhive incident combo\n",
    .options = OPTIONS_STORE | OPTIONS_OUTPUT,
    .max_words = 1,
    .run = run,
};
