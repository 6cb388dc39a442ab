/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/incident_report.h"
#include "aggregator/cli/incident_handled.h"
#include "aggregator/cli/incident_headline.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/vector_row.h"
#include "aggregator/store/state.h"
#include "common/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PEERS_MAX 64   /* listed; more are counted */
#define VECTORS_SAID 3 /* of an episode; all are in JSON */
#define FEW_HOSTS 2    /* are named in each command */
#define HOSTS_MAX ((ALIASES_TEXT_MAX + 1) * (ADDR_TEXT_MAX + 1))

struct peer {
	struct addr addr;
	uint64_t connections;
	struct words ports;
};

struct peers {
	struct peer peer[PEERS_MAX];
	size_t n, left_out;
	bool others; /* somebody spoke of several at once */
};

static struct peer *
peer_of(struct peers *ps, const struct addr *a)
{
	for (size_t k = 0; k < ps->n; k++)
		if (addr_eq(&ps->peer[k].addr, a))
			return &ps->peer[k];
	if (ps->n == PEERS_MAX) {
		ps->left_out++;
		return NULL;
	}
	ps->peer[ps->n] = (struct peer){.addr = *a};
	return &ps->peer[ps->n++];
}

static bool
has_port(const struct incident *i, size_t before, const struct evidence *x)
{
	for (size_t k = 0; k < before; k++)
		if (i->evidence[k].has_peer &&
		    addr_eq(&i->evidence[k].peer, &x->peer) &&
		    i->evidence[k].port == x->port)
			return true;
	return false;
}

/* Connections to the peer of 'x' that its detector knows.  What honeypots
 * share it counts of all of them. */
static uint64_t
counted(const struct incident *i, const struct evidence *x)
{
	uint64_t n = 0;

	if (strcmp(x->kind, "shared-peer") == 0)
		return 1;
	for (size_t k = 0; k < i->n_evidence; k++)
		if (i->evidence[k].has_peer &&
		    strcmp(i->evidence[k].kind, x->kind) == 0 &&
		    addr_eq(&i->evidence[k].peer, &x->peer))
			n += i->evidence[k].count;
	return n;
}

static void
gather_peers(const struct incident *i, struct peers *ps)
{
	*ps = (struct peers){0};
	for (size_t k = 0; k < i->n_evidence; k++) {
		const struct evidence *x = &i->evidence[k];
		struct peer *p = x->has_peer ? peer_of(ps, &x->peer) : NULL;

		if (p == NULL) {
			ps->others = ps->others || !x->has_peer;
			continue;
		}
		/* Several detectors may speak of the same connections. */
		if (counted(i, x) > p->connections)
			p->connections = counted(i, x);
		if (x->port == 0 || has_port(i, k, x))
			continue;
		words_add(&p->ports, ", ", "%u", x->port);
	}
}

static void
say_head(const struct incident *i)
{
	char onset[TIME_TEXT_MAX], last[TIME_TEXT_MAX], text[ADDR_TEXT_MAX];
	struct words alias = {.n = 0};

	output_line("incident  %s, %s", i->id, i->state);
	output_line("honeypot  %s, address %s%s%s", i->honeypot,
	    addr_format(&i->address, text),
	    i->honeynet[0] == '\0' ? "" : ", honeynet ", i->honeynet);
	for (size_t k = 0; k < i->n_alias; k++)
		if (!addr_eq(&i->alias[k], &i->address))
			words_add(
			    &alias, " ", "%s", addr_format(&i->alias[k], text));
	if (alias.n > 0)
		output_line("also      %s", alias.s);
	output_line("onset     %s, last seen %s",
	    time_format(i->onset_ns, onset), time_format(i->last_ns, last));
}

static void
say_evidence(const struct incident *i)
{
	char when[TIME_TEXT_MAX];

	output_line("%s", "");
	output_line("What it did");
	for (size_t k = 0; k < i->n_evidence; k++)
		output_line("  %s  %s: %s (%" PRIu64 "x)",
		    time_format(i->evidence[k].time_ns, when),
		    i->evidence[k].kind, i->evidence[k].text,
		    i->evidence[k].count);
	if (i->evidence_left_out > 0)
		output_line("  and %" PRIu64 " more that were not kept",
		    i->evidence_left_out);
}

static void
say_peers(const struct peers *ps)
{
	char text[ADDR_TEXT_MAX];

	if (ps->n == 0)
		return;
	output_line("%s", "");
	output_line("With whom");
	for (size_t k = 0; k < ps->n; k++)
		output_line("  %-15s  %s%s%s%" PRIu64 " connection%s",
		    addr_format(&ps->peer[k].addr, text),
		    ps->peer[k].ports.n == 0 ? "" : "port ",
		    ps->peer[k].ports.s, ps->peer[k].ports.n == 0 ? "" : ", ",
		    ps->peer[k].connections,
		    ps->peer[k].connections == 1 ? "" : "s");
	if (ps->left_out > 0)
		output_line("  and %zu more", ps->left_out);
	else if (ps->others)
		output_line("  and others: the first command at the end lists "
			    "them");
}

static int
add_loss(void *arg, const struct sensor_state *x)
{
	struct loss *loss = arg;

	loss->records += x->kernel_lost + x->spool_dropped;
	loss->messages += x->gaps;
	return 0;
}

static int
say_loss(void *arg, const struct sensor_state *x)
{
	bool *any = arg;

	if (x->kernel_lost == 0 && x->spool_dropped == 0 && x->gaps == 0)
		return 0;
	if (!*any) {
		output_line("%s", "");
		output_line("What was not seen");
	}
	*any = true;
	output_line("  sensor %s: %" PRIu64 " records lost by the kernel, "
		    "%" PRIu64 " dropped from the spool, %" PRIu64
		    " messages missing",
	    x->sensor, x->kernel_lost, x->spool_dropped, x->gaps);
	return 0;
}

/* --- the way in --- */

static void
say_vectors(const struct episode *x, const char *place)
{
	size_t shown = x->n_vector < VECTORS_SAID ? x->n_vector : VECTORS_SAID;

	if (shown == 0 ||
	    vector_strength(&x->vector[0], x->onset_ns) == VECTOR_NONE)
		output_line("  No visitor with supporting evidence was seen.");
	for (size_t v = 0; v < shown; v++)
		vector_say(&x->vector[v], v + 1, x->onset_ns, place);
	if (x->n_vector + x->vectors_left_out > shown)
		output_line("  and %" PRIu64 " less likely ones",
		    x->n_vector - shown + x->vectors_left_out);
}

static void
say_episode(const struct incident *i, size_t k, const char *place)
{
	const struct episode *x = &i->episode[k];
	char onset[TIME_TEXT_MAX], last[TIME_TEXT_MAX];

	output_line("%s", "");
	if (i->n_episode + i->episodes_left_out > 1)
		output_line("How it may have begun, %s to %s",
		    time_format(x->onset_ns, onset),
		    time_format(x->last_ns, last));
	else
		output_line("How it may have begun");
	if (x->may_be_older)
		output_line("  It may be older: nothing is known before %s.",
		    time_format(x->since_ns, onset));
	if (x->onset_ns == TIME_NONE)
		output_line("  The records have no times: their order is all "
			    "that is known.");
	say_vectors(x, place);
}

static void
say_episodes(const struct incident *i, const char *place)
{
	for (size_t k = 0; k < i->n_episode; k++) {
		if (k == 1 && i->episodes_left_out > 0)
			output_line("and %" PRIu64 " times that were not kept",
			    i->episodes_left_out);
		say_episode(i, k, place);
	}
}

/* --- what to type --- */

/* All addresses, separated by blanks; returns how many. */
static size_t
addresses(const struct incident *i, char out[static HOSTS_MAX])
{
	char text[ADDR_TEXT_MAX];
	size_t n = 1;
	int at = snprintf(out, HOSTS_MAX, "%s", addr_format(&i->address, text));

	for (size_t k = 0; k < i->n_alias; k++)
		if (!addr_eq(&i->alias[k], &i->address)) {
			at += snprintf(out + at, HOSTS_MAX - (size_t)at, " %s",
			    addr_format(&i->alias[k], text));
			n++;
		}
	return n;
}

/* Many addresses are named once, for the shell that the commands go to. */
static void
say_commands(const struct incident *i, const char *place, const char *since,
    const char *until)
{
	char all[HOSTS_MAX], host[HOSTS_MAX + 16];
	size_t n = addresses(i, all);
	char quote = n > FEW_HOSTS ? '"' : '\'';

	if (n > FEW_HOSTS)
		output_line("  H='%s'", all);
	snprintf(host, sizeof(host), n == 1 ? "host %s" : "host [%s]",
	    n > FEW_HOSTS ? "$H" : all);
	output_line("  synhive connections%s %s%cclient %s%c", place, since,
	    quote, host, quote);
	output_line("  synhive connections%s %s%cserver %s%c", place, until,
	    quote, host, quote);
	output_line("  synhive records%s %c%s%c", place, quote, host, quote);
}

static void
say_next(const struct incident *i, const char *place)
{
	char since[TIME_TEXT_MAX + 16] = "", until[TIME_TEXT_MAX + 16] = "";
	char when[TIME_TEXT_MAX];

	if (i->onset_ns != TIME_NONE) {
		time_format(i->onset_ns, when);
		snprintf(since, sizeof(since), "--since %s ", when);
		snprintf(until, sizeof(until), "--until %s ", when);
	}
	output_line("%s", "");
	output_line("Whom it called, who came before, every packet:");
	say_commands(i, place, since, until);
	output_line("%s", "");
	output_line("This is not proof, but a place to start.");
}

int
incident_report(const struct incident *i, struct state *s, const char *place,
    report_more_fn *more, void *arg, struct err *e)
{
	struct loss loss = {0};
	struct words line;
	struct peers peers;
	bool any = false;

	if (s != NULL && state_sensors(s, add_loss, &loss, e) == -1)
		return -1;
	gather_peers(i, &peers);
	incident_headline(i, &loss, place, &line);
	output_line("%s", line.s);
	say_head(i);
	if (s != NULL && incident_say_handled(i, s, e) == -1)
		return -1;
	say_evidence(i);
	say_peers(&peers);
	say_episodes(i, place);
	if (s != NULL && state_sensors(s, say_loss, &any, e) == -1)
		return -1;
	if (more != NULL)
		more(arg);
	say_next(i, place);
	return 0;
}
