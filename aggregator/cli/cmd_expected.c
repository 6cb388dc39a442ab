/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/expected_suggest.h"
#include "aggregator/cli/fold_store.h"
#include "aggregator/cli/hidden.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/err.h"
#include "common/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The order of the enum is the order of the columns. */
enum {
	NAME,
	STATE,
	CONNECTIONS,
	RECORDS,
	LAST,
	EXPIRES,
	SCHEDULE,
	OWNER,
	REASON,
	MATCH,
	FIRST,
	BUILTIN,
	COLUMNS
};

static const struct column columns[] = {
    [NAME] = {"name", COLUMN_BOTH, 0},
    [STATE] = {"state", COLUMN_BOTH, 0},
    [CONNECTIONS] = {"connections", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [RECORDS] = {"records", COLUMN_BOTH | COLUMN_RIGHT, 0},
    [LAST] = {"last", COLUMN_BOTH, 0},
    [EXPIRES] = {"expires", COLUMN_BOTH, 0},
    [SCHEDULE] = {"schedule", COLUMN_BOTH, 0},
    [OWNER] = {"owner", COLUMN_BOTH, 0},
    [REASON] = {"reason", COLUMN_BOTH, 0},
    [MATCH] = {"match", COLUMN_CSV, 0},
    [FIRST] = {"first", COLUMN_CSV, 0},
    [BUILTIN] = {"builtin", COLUMN_CSV, 0},
};

static const struct layout layout = {.column = columns, .n = COLUMNS};

/* What an expectation hides. */
struct hiding {
	uint64_t connections, records;
	int64_t first_ns, last_ns; /* TIME_NONE: never */
};

struct query {
	const struct options *opt;
	const struct site *site;
	struct hiding *by; /* of each expectation */
};

static int
count_records(void *arg, const struct store_chunk *chunk, struct err *e)
{
	struct query *q = arg;
	const struct batch *b = &chunk->records;

	(void)e;
	for (size_t i = 0; i < b->n; i++) {
		const struct expectation *by;
		struct record r;

		if (record_is_unexpected(q->site, b, i) ||
		    !options_in_time(q->opt, b->time[i]))
			continue;
		batch_get(b, i, &r);
		by = record_expected(
		    q->site, &(struct filter_subject){.record = &r});
		if (by != NULL)
			q->by[by - q->site->expected].records++;
	}
	return 0;
}

static int
count_connection(void *arg, const struct connection *c, struct err *e)
{
	struct query *q = arg;
	const struct expectation *x;
	struct hiding *h;

	(void)e;
	if (!c->expected || !options_in_time(q->opt, c->start_ns))
		return 0;
	x = site_expected(q->site, &c->client.addr, c->client_port,
	    &c->server.addr, c->server_port, c->start_ns);
	if (x == NULL)
		return 0;
	h = &q->by[x - q->site->expected];
	h->connections++;
	if (c->start_ns == TIME_NONE)
		return 0;
	if (h->first_ns == TIME_NONE || c->start_ns < h->first_ns)
		h->first_ns = c->start_ns;
	if (c->start_ns > h->last_ns)
		h->last_ns = c->start_ns;
	return 0;
}

static const char *
state_of(const struct query *q, size_t i)
{
	const struct expectation *x = &q->site->expected[i];

	if (x->expires_ns != TIME_NONE && x->expires_ns <= clock_wall_ns())
		return "expired";
	return q->by[i].connections > 0 || q->by[i].records > 0 ? "used"
								: "unused";
}

static int
print_row(struct query *q, size_t i, struct output *out, struct err *e)
{
	const struct expectation *x = &q->site->expected[i];
	struct cell c[COLUMNS];

	c[NAME] = cell_text(x->match.name);
	c[STATE] = cell_text(state_of(q, i));
	c[CONNECTIONS] = cell_uint(q->by[i].connections);
	c[RECORDS] = cell_uint(q->by[i].records);
	c[FIRST] = cell_time(q->by[i].first_ns);
	c[LAST] = cell_time(q->by[i].last_ns);
	c[EXPIRES] = cell_time(x->expires_ns);
	c[SCHEDULE] = cell_text(x->schedule_text);
	c[OWNER] = cell_text(x->owner);
	c[REASON] = cell_text(x->reason);
	c[MATCH] = cell_text(x->match.text);
	c[BUILTIN] = cell_bool(x->builtin);
	return output_row(out, c, e);
}

/* Those that a person should look at. */
static void
say(const struct query *q, const char *state, const char *what)
{
	char names[400] = "";
	size_t len = 0;

	for (size_t i = 0; i < q->site->n_expected; i++)
		if (strcmp(state_of(q, i), state) == 0 && len < sizeof(names))
			len += (size_t)snprintf(names + len,
			    sizeof(names) - len, "%s%s", len == 0 ? "" : ", ",
			    q->site->expected[i].match.name);
	if (len > 0)
		remark("%s: %s", what, names);
}

static int
print(struct query *q, struct err *e)
{
	struct output out;
	int rc = output_open(&out, q->opt, &layout, e);

	for (size_t i = 0; rc == 0 && i < q->site->n_expected; i++)
		rc = print_row(q, i, &out, e);
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	if (rc == 0 && output_is_table(q->opt)) {
		say(q, "unused", "nothing came that these expect");
		say(q, "expired", "these expired and explain nothing any more");
	}
	return rc;
}

static int
list(struct query *q, const struct place *p, struct err *e)
{
	int rc;

	q->site = p->site;
	if (p->config == NULL)
		remark("no configuration, and so nothing is expected: give "
		       "-c FILE");
	q->by = calloc(p->site->n_expected + 1, sizeof(*q->by));
	if (q->by == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (size_t i = 0; i < p->site->n_expected; i++)
		q->by[i].first_ns = q->by[i].last_ns = TIME_NONE;
	rc = fold_store(p, q->opt, count_records, count_connection, q, e);
	if (rc == 0)
		rc = print(q, e);
	free(q->by);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct query q = {.opt = &c->opt};
	struct place p;
	int rc;

	if (c->n_word == 1 && strcmp(c->word[0], "suggest") != 0)
		return err_set(e, EX_USAGE,
		    "'%s': say 'synhive expected' or 'synhive expected "
		    "suggest'",
		    c->word[0]);
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	rc =
	    c->n_word == 1 ? expected_suggest(&p, &c->opt, e) : list(&q, &p, e);
	place_close(&p);
	return rc;
}

const struct command command_expected = {
    .name = "expected",
    .args = "[suggest]",
    .doc = "what is expected, and how much of it came; suggest: what may be",
    .help =
	"\n"
	"Counts what each expectation of the configuration hides, the\n"
	"first that matches; says which are unused or expired.\n\n"
	"suggest: what left the honeynet again and again without being\n"
	"expected, as sections for the configuration, to be read, explained\n"
	"or thrown away by a person.  Never suggested: ports of the classes\n"
	"ssh, irc and irc-weak, and what a honeypot did since it fell.\n\n"
	"Examples:\n"
	"  synhive expected --last 30d\n"
	"  synhive records 'expected by mirror'\n"
	"  synhive expected suggest --last 7d\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME,
    .max_words = 1,
    .run = run,
};
