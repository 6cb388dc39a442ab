/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/connection_match.h"
#include "aggregator/cli/connection_row.h"
#include "aggregator/cli/fold_store.h"
#include "aggregator/cli/hidden.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/unanswered.h"
#include "common/err.h"
#include "common/filter.h"

struct query {
	const struct options *opt;
	const struct filter *filter;
	bool home_known;
	struct hidden hidden;
	struct unanswered unanswered;
	struct output out;
};

static bool
is_wanted(struct query *q, const struct connection *c)
{
	struct connection_subject s;
	bool matched;

	if (!options_in_time(q->opt, c->start_ns))
		return false;
	matched = connection_matches(q->filter, c);
	hidden_connection(&q->hidden, c, matched);
	connection_subject(&s, c, 0);
	unanswered_row(&q->unanswered, &s.subject);
	return matched;
}

static int
print_connection(void *arg, const struct connection *c, struct err *e)
{
	struct query *q = arg;
	struct connection_row row;

	if (!is_wanted(q, c))
		return 0;
	connection_row(&row, c, q->home_known);
	return output_row(&q->out, row.cell, e);
}

static int
answer(struct query *q, const struct place *p, struct err *e)
{
	int rc = hidden_open(&q->hidden, p->site, q->filter, e);

	q->home_known = p->home_known;
	q->unanswered = unanswered_init(q->filter, "connections");
	if (rc == 0)
		rc = output_open(&q->out, q->opt, &connection_layout, e);
	if (rc == 0)
		rc = fold_store(p, q->opt, NULL, print_connection, q, e);
	if (rc == 0)
		rc = unanswered_tell(&q->unanswered, q->out.rows, e);
	if (rc == 0)
		rc = output_finish(&q->out, e);
	if (rc == 0)
		hidden_say(&q->hidden);
	hidden_close(&q->hidden);
	output_close(&q->out);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt};
	struct filter *f = NULL;
	struct place p;
	int rc;

	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	rc = place_filter_of(&p, c, FILTER_CONNECTIONS, &f, e);
	if (rc == 0) {
		q.filter = f;
		rc = answer(&q, &p, e);
	}
	filter_free(f);
	place_close(&p);
	return rc;
}

const struct command command_connections = {
    .name = "connections",
    .args = "[FILTER]",
    .doc = "what the records fold into, in the order in which they ended",
    .help = "\n"
	    "A retransmission is another attempt, the same SYN at another\n"
	    "sensor another witness.  --since and --until mean the start.\n\n"
	    "Examples:\n"
	    "  synhive connections 'client host 11.11.79.67 and class irc'\n"
	    "  synhive connections 'direction in and outcome answered and "
	    "attempts > 1'\n"
	    "  synhive connections --count 'direction out'\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT | OPTIONS_NFILTER,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
