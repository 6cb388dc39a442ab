/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/explain.h"
#include "aggregator/cli/explain_near.h"
#include "aggregator/cli/output.h"
#include "aggregator/pipeline.h"
#include "common/filter.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ALERTS_MAX 256 /* kept; 3 kB each */

struct rows {
	struct near_row row[EXPLAIN_CONNECTIONS_MAX];
	size_t n;
	uint64_t all, expected;
};

struct explain {
	const struct site *site;
	struct addr who;
	struct addr primary; /* of its honeypot; itself if it is none */
	bool home;
	struct rows out, in;
	uint64_t *hidden; /* by expectation */
	struct alert alert[ALERTS_MAX];
	size_t n_alert;
	uint64_t more_alerts;
};

struct explain *
explain_new(const struct site *site, const struct addr *who)
{
	struct explain *x = calloc(1, sizeof(*x));
	const struct honeypot *h = site_honeypot(site, who);

	if (x == NULL)
		return NULL;
	x->hidden = calloc(site->n_expected + 1, sizeof(*x->hidden));
	if (x->hidden == NULL) {
		free(x);
		return NULL;
	}
	x->site = site;
	x->who = *who;
	x->primary = h == NULL ? *who : h->primary;
	x->home = h != NULL || site_honeynet(site, who) != NULL;
	return x;
}

void
explain_free(struct explain *x)
{
	if (x == NULL)
		return;
	free(x->hidden);
	free(x);
}

/* --- what is told --- */

static void
put(struct rows *to, const struct connection *c, const struct party *peer)
{
	to->all++;
	to->expected += c->expected;
	if (to->n == EXPLAIN_CONNECTIONS_MAX)
		return;
	to->row[to->n++] = (struct near_row){.start_ns = c->start_ns,
	    .peer = peer->addr,
	    .port = c->server_port,
	    .direction = (uint8_t)c->direction,
	    .outcome = (uint8_t)c->outcome,
	    .expected = c->expected};
}

static void
note_hidden(struct explain *x, const struct connection *c)
{
	for (size_t i = 0; i < x->site->n_expected; i++)
		x->hidden[i] += filter_match_connection(
		    x->site->expected[i].match.filter, &c->client.addr,
		    c->client_port, &c->server.addr, c->server_port, NULL);
}

static bool
is_mine(const struct explain *x, const struct party *p)
{
	return addr_eq(&p->primary, &x->primary);
}

void
explain_connection(struct explain *x, const struct connection *c)
{
	if (is_mine(x, &c->client))
		put(&x->out, c, &c->server);
	else if (is_mine(x, &c->server))
		put(&x->in, c, &c->client);
	else
		return;
	if (c->expected)
		note_hidden(x, c);
}

void
explain_alert(struct explain *x, const struct alert *a)
{
	bool mine = addr_eq(&a->address, &x->primary) ||
		    (a->has_peer && addr_eq(&a->peer, &x->primary));

	if (!mine)
		return;
	for (size_t i = 0; i < x->n_alert; i++)
		if (strcmp(x->alert[i].id, a->id) == 0) {
			x->alert[i] = *a;
			return;
		}
	if (x->n_alert == ALERTS_MAX)
		x->more_alerts++;
	else
		x->alert[x->n_alert++] = *a;
}

/* --- what is said --- */

/* The alert of a detector that says most. */
static const struct alert *
worst(const struct explain *x, const char *detector)
{
	const struct alert *best = NULL;

	for (size_t i = 0; i < x->n_alert; i++) {
		const struct alert *a = &x->alert[i];

		if (strcmp(a->detector, detector) == 0 &&
		    (best == NULL || a->severity > best->severity))
			best = a;
	}
	return best;
}

static int
by_time(const void *a, const void *b)
{
	const struct near_row *x = a, *y = b;

	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static struct near_rows
near_rows(struct explain *x)
{
	qsort(x->out.row, x->out.n, sizeof(*x->out.row), by_time);
	qsort(x->in.row, x->in.n, sizeof(*x->in.row), by_time);
	return (struct near_rows){
	    x->out.row, x->out.n, x->in.row, x->in.n, x->site};
}

static const struct incident *
find_incident(const struct explain *x, const struct incident *i, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (addr_eq(&i[k].address, &x->primary))
			return &i[k];
	return NULL;
}

static void
say_who(const struct explain *x, const struct incident *i)
{
	char who[ADDR_TEXT_MAX], primary[ADDR_TEXT_MAX];

	addr_format(&x->who, who);
	addr_format(&x->primary, primary);
	if (i != NULL)
		output_line("%s was reported: incident %s, %s.", who, i->id,
		    severity_name(i->severity));
	else if (!x->home)
		output_line("%s was not reported because it is not home: only "
			    "honeypots are.",
		    who);
	else
		output_line("%s was not reported: no detector was suspicious "
			    "of it.",
		    who);
	if (!addr_eq(&x->who, &x->primary))
		output_line("It is an address of honeypot %s; all of these "
			    "count together.",
		    primary);
}

static void
say_connections(const struct explain *x)
{
	output_line("%s", "");
	output_line("Its connections");
	output_line("  it began %" PRIu64 ", of which %" PRIu64 " are expected",
	    x->out.all, x->out.expected);
	output_line("  it was called %" PRIu64 " times, of which %" PRIu64
		    " are expected",
	    x->in.all, x->in.expected);
	if (x->out.all > x->out.n || x->in.all > x->in.n)
		output_line("  only the first %d each way are looked at below",
		    EXPLAIN_CONNECTIONS_MAX);
	if (x->out.all + x->in.all == 0)
		output_line("  it is in no record: nothing of it was seen");
}

static void
say_hidden(const struct explain *x)
{
	bool any = false;

	for (size_t i = 0; i < x->site->n_expected; i++) {
		if (x->hidden[i] == 0)
			continue;
		if (!any) {
			output_line("%s", "");
			output_line("Which expectations hid some of them");
		}
		any = true;
		output_line("  %s: %" PRIu64 " (%s)",
		    x->site->expected[i].match.name, x->hidden[i],
		    x->site->expected[i].reason == NULL
			? "no reason given"
			: x->site->expected[i].reason);
	}
}

static void
say_detectors(struct explain *x)
{
	struct near_rows rows = near_rows(x);
	const char *name, *doc;

	output_line("%s", "");
	output_line("How near each detector came");
	for (size_t i = 0; pipeline_detector(i, &name, &doc); i++) {
		const struct alert *a = worst(x, name);
		char near[NEAR_TEXT_MAX];

		near_text(name, &rows, near);
		if (a != NULL)
			output_line("  %-15s %s: %s", name,
			    severity_name(a->severity), a->text);
		else
			output_line("  %-15s nothing; %s", name,
			    near[0] == '\0' ? "no more is known" : near);
		output_line("  %-15s (%s)", "", doc);
	}
}

/* --- rows --- */

enum {
	DETECTOR,
	ALERTED,
	TEXT,
	NEAR,
	DOC,
	COLUMNS
};

static const struct column columns[COLUMNS] = {
    [DETECTOR] = {"detector", COLUMN_BOTH, 0},
    [ALERTED] = {"severity", COLUMN_BOTH, 0},
    [TEXT] = {"text", COLUMN_BOTH, 0},
    [NEAR] = {"nearest", COLUMN_BOTH, 0},
    [DOC] = {"doc", COLUMN_BOTH, 0},
};
static const struct layout layout = {columns, COLUMNS};

static int
print_rows(struct explain *x, const struct options *o, struct err *e)
{
	struct near_rows rows = near_rows(x);
	const char *name, *doc;
	struct output out;
	int rc = output_open(&out, o, &layout, e);

	for (size_t i = 0; rc == 0 && pipeline_detector(i, &name, &doc); i++) {
		const struct alert *a = worst(x, name);
		struct cell cell[COLUMNS];
		char near[NEAR_TEXT_MAX];

		near_text(name, &rows, near);
		cell[DETECTOR] = cell_text(name);
		cell[ALERTED] =
		    a == NULL ? cell_null() : cell_severity(a->severity);
		cell[TEXT] = cell_text(a == NULL ? NULL : a->text);
		cell[NEAR] = cell_name(near);
		cell[DOC] = cell_text(doc);
		rc = output_row(&out, cell, e);
	}
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	return rc;
}

int
explain_print(struct explain *x, const struct incident *incident, size_t n,
    const struct options *o, struct err *e)
{
	if (!output_is_table(o))
		return print_rows(x, o, e);
	say_who(x, find_incident(x, incident, n));
	say_connections(x);
	say_hidden(x);
	if (x->home)
		say_detectors(x);
	return 0;
}
