/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/alert_row.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/follow.h"
#include "aggregator/cli/hidden.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/wire.h"

#include <string.h>
#include <sysexits.h>

#define LOG_ROUND 1000 /* entries read at once */

struct query {
	const struct options *opt;
	struct hidden hidden;
	struct output out;
	struct wire *wire;
	uint64_t sequence; /* of the log's last entry that was read */
	struct err *err;
};

/* Did it last into the time that was asked for? */
static bool
is_wanted(const struct options *o, const struct alert *a)
{
	if (a->last_ns == TIME_NONE)
		return options_in_time(o, TIME_NONE);
	return (o->since_ns == TIME_NONE || a->last_ns >= o->since_ns) &&
	       (o->until_ns == TIME_NONE || a->first_ns < o->until_ns);
}

static int
print_as(struct query *q, const struct alert *a, bool update)
{
	struct alert_row row;

	if (!is_wanted(q->opt, a) ||
	    (!q->opt->all && hidden_alert(&q->hidden, a)))
		return 0;
	alert_row(&row, a, update);
	return output_row(&q->out, row.cell, q->err);
}

static int
print_alert(void *arg, const struct alert *a)
{
	return print_as(arg, a, false);
}

static int
print_entry(void *arg, const struct log_entry *x)
{
	struct query *q = arg;
	struct alert a;
	bool update;

	q->sequence = x->sequence;
	if (strncmp(x->topic, "alert/", strlen("alert/")) != 0)
		return 0;
	if (wire_unpack_alert(q->wire, x->pb, x->pb_len, &a, &update, q->err) ==
	    -1)
		return err_within(q->err, "entry %llu of the feed's log",
		    (unsigned long long)x->sequence);
	return print_as(q, &a, update);
}

/* What was published, in order and piece by piece. */
static int
print_log(struct query *q, struct state *s, struct err *e)
{
	uint64_t before;
	int rc = 0;

	q->wire = wire_new();
	if (q->wire == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	do {
		before = q->sequence;
		rc = state_log_after(
		    s, q->sequence, LOG_ROUND, print_entry, q, e);
	} while (rc == 0 && q->sequence != before);
	wire_free(q->wire);
	return rc;
}

static int
list(struct query *q, const struct place *p, struct state *s, struct err *e)
{
	int rc = hidden_open(&q->hidden, p->site, NULL, e);

	if (rc == 0)
		rc = output_open(&q->out, q->opt, &alert_layout, e);
	if (rc == 0)
		rc = q->opt->all ? print_log(q, s, e)
				 : state_alerts(s, print_alert, q, e);
	if (rc == 0)
		rc = output_finish(&q->out, e);
	if (rc == 0)
		hidden_say(&q->hidden);
	hidden_close(&q->hidden);
	output_close(&q->out);
	return rc;
}

static int
check(const struct options *o, struct err *e)
{
	bool feed = o->feed != NULL || o->server_key != NULL || o->key != NULL;

	if (o->follow &&
	    (o->count || o->since_ns != TIME_NONE || o->until_ns != TIME_NONE))
		return err_set(e, EX_USAGE,
		    "-f is about what comes: it goes with no --count, --since, "
		    "--until, --last");
	if (!o->follow && feed)
		return err_set(
		    e, EX_USAGE, "--feed, --server-key and --key go with -f");
	return 0;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt, .err = e};
	struct state *s;
	struct place p;
	int rc = -1;

	if (check(&c->opt, e) == -1)
		return -1;
	if (c->opt.follow)
		return follow(&c->opt, e);
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	s = place_state(&p, e);
	if (s != NULL)
		rc = list(&q, &p, s, e);
	state_close(s);
	place_close(&p);
	return rc;
}

const struct command command_alerts = {
    .name = "alerts",
    .args = "",
    .doc = "what the detectors said; with -f live",
    .help = "\n"
	    "An alert that is raised again is updated, and listed once; --all\n"
	    "lists every publication, in order.  -f says on stderr when the\n"
	    "aggregator goes away or something was missed.  Alerts about what\n"
	    "is expected by now are left out and counted, but for --all.\n\n"
	    "Examples:\n"
	    "  synhive alerts --last 24h\n"
	    "  synhive alerts -f -c /etc/synhive/aggregator.conf --key "
	    "soc.key\n"
	    "  synhive alerts -f --feed tcp://10.9.0.2:7762 --server-key "
	    "aggregator.key.pub \\\n"
	    "      --key soc.key -o json\n",
    .options = OPTIONS_STORE | OPTIONS_OUTPUT | OPTIONS_TIME | OPTIONS_COUNT |
	       OPTIONS_ALERTS,
    .max_words = 0,
    .run = run,
};
