/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/honeypots.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/clock.h"

/* One of which nothing is known lasted into no time. */
static bool
is_wanted(const struct options *o, const struct honeypot_state *h)
{
	if (o->since_ns == TIME_NONE && o->until_ns == TIME_NONE)
		return true;
	return h->last_ns != TIME_NONE &&
	       (o->since_ns == TIME_NONE || h->last_ns >= o->since_ns) &&
	       (o->until_ns == TIME_NONE || h->onset_ns < o->until_ns);
}

static int
print(const struct cli *c, const struct honeypots *h, struct err *e)
{
	struct cell cell[HONEYPOT_COLUMNS];
	struct output out;
	int rc = output_open(&out, &c->opt, &honeypot_layout, e);

	for (size_t i = 0; rc == 0 && i < h->n; i++) {
		if (!is_wanted(&c->opt, &h->list[i]))
			continue;
		honeypot_row(cell, &h->list[i]);
		rc = output_row(&out, cell, e);
	}
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct honeypots h = {.list = NULL};
	struct state *s;
	struct place p;
	int rc = -1;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	s = place_state(&p, e);
	if (s != NULL && honeypots_read(&h, &p, s, e) == 0)
		rc = print(c, &h, e);
	honeypots_fini(&h);
	state_close(s);
	place_close(&p);
	return rc;
}

const struct command command_honeypots = {
    .name = "honeypots",
    .args = "",
    .doc = "which honeypots are known, and what is known of them",
    .help = "\n"
	    "Those of the configuration, and those that did something;\n"
	    "with --since and the like those that did it then.\n\n"
	    "Examples:\n"
	    "  synhive honeypots\n"
	    "  synhive honeypots --last 7d\n"
	    "  synhive honeypots -o json\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT,
    .max_words = 0,
    .run = run,
};
