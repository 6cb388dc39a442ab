/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/incident_find.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"

static const struct column columns[] = {
    {"time", COLUMN_BOTH, 0},
    {"user", COLUMN_BOTH, 0},
    {"verb", COLUMN_BOTH, 0},
    {"honeypot", COLUMN_BOTH, 0},
    {"incident", COLUMN_BOTH | COLUMN_ID, 0},
    {"detail", COLUMN_BOTH, 0},
    {"reason", COLUMN_BOTH, 0},
    {"uid", COLUMN_CSV, 0},
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static const struct layout layout = {.column = columns, .n = COLUMNS};

struct query {
	const struct options *opt;
	struct output out;
	struct err *err;
};

static int
print_audit(void *arg, const struct audit *a)
{
	struct query *q = arg;
	const struct cell c[COLUMNS] = {
	    cell_time(a->time_ns),
	    cell_text(a->user),
	    cell_text(a->verb),
	    cell_name(a->honeypot),
	    cell_name(a->incident),
	    cell_name(a->detail),
	    cell_name(a->reason),
	    cell_uint(a->uid),
	};

	if (!options_in_time(q->opt, a->time_ns))
		return 0;
	return output_row(&q->out, c, q->err);
}

static int
list(struct query *q, struct state *s, const char *which, struct err *e)
{
	struct incident_name name;
	int rc = 0;

	if (which != NULL)
		rc = incident_find(s, which, &name, e);
	if (rc == 0)
		rc = output_open(&q->out, q->opt, &layout, e);
	if (rc == 0)
		rc = state_audits(
		    s, which == NULL ? NULL : name.id, print_audit, q, e);
	if (rc == 0)
		rc = output_finish(&q->out, e);
	output_close(&q->out);
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
		rc = list(&q, s, c->n_word == 0 ? NULL : c->word[0], e);
	state_close(s);
	place_close(&p);
	return rc;
}

const struct command command_audit = {
    .name = "audit",
    .args = "[ID]",
    .doc = "what operators did, who, when and why",
    .help = "\n"
	    "With ID: to that incident; see 'synhive help incident'.\n\n"
	    "Examples:\n"
	    "  synhive audit --last 7d\n"
	    "  synhive audit combo -o json\n",
    .options = OPTIONS_STORE | OPTIONS_OUTPUT | OPTIONS_TIME | OPTIONS_COUNT,
    .max_words = 1,
    .run = run,
};
