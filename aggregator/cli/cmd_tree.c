/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/tree.h"
#include "common/clock.h"
#include "common/err.h"

#include <inttypes.h>
#include <stdio.h>

#define DEPTH_SAID 30 /* deeper ones are not moved any further */

enum {
	DEPTH,
	FROM,
	FROM_ADDRESS,
	TO,
	ADDRESS,
	PORT,
	TIME,
	BY,
	STRENGTH,
	SEVERITY,
	CONNECTIONS,
	OUTSIDE,
	COLUMNS
};

static const struct column columns[COLUMNS] = {
    [DEPTH] = {"depth", COLUMN_CSV, 0},
    [FROM] = {"from", COLUMN_CSV, 0},
    [FROM_ADDRESS] = {"from_address", COLUMN_CSV, 0},
    [TO] = {"to", COLUMN_CSV, 0},
    [ADDRESS] = {"address", COLUMN_CSV, 0},
    [PORT] = {"port", COLUMN_CSV, 0},
    [TIME] = {"time", COLUMN_CSV, 0},
    [BY] = {"by", COLUMN_CSV, 0},
    [STRENGTH] = {"strength", COLUMN_CSV, 0},
    [SEVERITY] = {"severity", COLUMN_CSV, 0},
    [CONNECTIONS] = {"connections", COLUMN_CSV, 0},
    [OUTSIDE] = {"outside", COLUMN_CSV, 0},
};

static const struct layout layout = {.column = columns, .n = COLUMNS};

struct query {
	const struct options *opt;
	struct output out;
	struct addr root; /* whose steps were told last */
	bool any;
	struct err *err;
};

/* --- as text --- */

static void
say_root(struct query *q, const struct tree_edge *x)
{
	if (x->depth != 1 || (q->any && addr_eq(&q->root, &x->from_address)))
		return;
	q->root = x->from_address;
	output_line("%s%s", x->outside ? "outside " : "", x->from);
}

static void
say(struct query *q, const struct tree_edge *x)
{
	char when[TIME_TEXT_MAX], port[16] = "many ports";
	size_t depth = x->depth < DEPTH_SAID ? x->depth : DEPTH_SAID;

	say_root(q, x);
	if (x->port != 0)
		snprintf(port, sizeof(port), "port %u", x->port);
	output_line("%*s-> %s %s at %s, %" PRIu64 " connection%s, %s%s%s%s%s",
	    (int)(3 * depth), "", x->to, port, time_format(x->time_ns, when),
	    x->connections, x->connections == 1 ? "" : "s",
	    x->pivot ? "seen" : "the likely door, evidence: ",
	    x->pivot ? "" : vector_strength_name(x->strength),
	    x->severity == 0 ? "" : "; ",
	    x->severity == 0 ? "" : severity_name(x->severity),
	    x->again ? " (reached before)" : "");
}

/* --- as rows --- */

static int
print(struct query *q, const struct tree_edge *x)
{
	const struct cell c[COLUMNS] = {
	    [DEPTH] = cell_uint(x->depth),
	    [FROM] = cell_text(x->from),
	    [FROM_ADDRESS] = cell_addr(&x->from_address),
	    [TO] = cell_text(x->to),
	    [ADDRESS] = cell_addr(&x->to_address),
	    [PORT] = cell_port(x->port),
	    [TIME] = cell_time(x->time_ns),
	    [BY] = cell_text(x->pivot ? "pivot" : "vector"),
	    [STRENGTH] = x->pivot
			     ? cell_null()
			     : cell_text(vector_strength_name(x->strength)),
	    [SEVERITY] =
		x->severity == 0 ? cell_null() : cell_severity(x->severity),
	    [CONNECTIONS] = cell_uint(x->connections),
	    [OUTSIDE] = cell_bool(x->outside),
	};

	return output_row(&q->out, c, q->err);
}

static int
each(void *arg, const struct tree_edge *x)
{
	struct query *q = arg;
	int rc = 0;

	if (output_is_table(q->opt))
		say(q, x);
	else
		rc = print(q, x);
	q->any = true;
	return rc;
}

static int
answer(struct query *q, struct tree *t, struct err *e)
{
	int rc = output_open(&q->out, q->opt, &layout, e);

	if (rc == 0)
		rc = tree_walk(t, each, q);
	if (rc == 0 && !output_is_table(q->opt))
		rc = output_finish(&q->out, e);
	output_close(&q->out);
	if (rc == 0 && output_is_table(q->opt) && !q->any)
		output_line("No honeypot fell, as far as is known.");
	if (rc == 0 && tree_left_out(t) > 0)
		remark("%" PRIu64 " steps were left out", tree_left_out(t));
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt, .err = e};
	struct state *s = NULL;
	struct tree *t = NULL;
	struct place p;
	int rc = -1;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	s = place_state(&p, e);
	if (s != NULL)
		t = tree_read(s, e);
	if (t != NULL)
		rc = answer(&q, t, e);
	tree_free(t);
	state_close(s);
	place_close(&p);
	return rc;
}

const struct command command_tree = {
    .name = "tree",
    .args = "",
    .doc = "the attacker's path: outside -> A -> B -> C",
    .help = "\n"
	    "The likely door of each honeypot that is suspect, and whom it\n"
	    "went on to within the honeynet; only forward in time.\n\n"
	    "Examples:\n"
	    "  synhive tree\n"
	    "  synhive tree -o json\n",
    .options = OPTIONS_STORE | OPTIONS_OUTPUT,
    .max_words = 0,
    .run = run,
};
