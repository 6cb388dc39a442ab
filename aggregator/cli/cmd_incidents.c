/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/incident_row.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/err.h"

#include <stdlib.h>
#include <sysexits.h>

struct query {
	const struct options *opt;
	struct output out;
	struct incident_row *row;
	struct err *err;
};

/* Did it last into the time that was asked for? */
static bool
is_wanted(const struct options *o, const struct incident *i)
{
	return (o->since_ns == TIME_NONE || i->last_ns >= o->since_ns) &&
	       (o->until_ns == TIME_NONE || i->onset_ns < o->until_ns);
}

static int
print_incident(void *arg, const struct incident *i)
{
	struct query *q = arg;

	if (!is_wanted(q->opt, i))
		return 0;
	incident_row(q->row, i);
	return output_row(&q->out, q->row->cell, q->err);
}

static int
list(struct query *q, struct state *s, struct err *e)
{
	int rc;

	q->row = malloc(sizeof(*q->row));
	if (q->row == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	rc = output_open(&q->out, q->opt, &incident_layout, e);
	if (rc == 0)
		rc = state_incidents(s, print_incident, q, e);
	if (rc == 0)
		rc = output_finish(&q->out, e);
	output_close(&q->out);
	free(q->row);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt, .err = e};
	struct state *s;
	struct place p;
	int rc = -1;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	s = place_state(&p, e);
	if (s != NULL)
		rc = list(&q, s, e);
	state_close(s);
	place_close(&p);
	return rc;
}

const struct command command_incidents = {
    .name = "incidents",
    .args = "",
    .doc = "which honeypots fell, when, and how sure that is",
    .help = "\n"
	    "With --since and --until: those that lasted into that time.\n\n"
	    "Examples:\n"
	    "  synhive incidents --last 7d\n"
	    "  synhive incidents -o json\n",
    .options = OPTIONS_STORE | OPTIONS_OUTPUT | OPTIONS_TIME | OPTIONS_COUNT,
    .max_words = 0,
    .run = run,
};
