/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/incident_report.h"
#include "aggregator/cli/output.h"
#include "aggregator/store/state.h"
#include "common/clock.h"

#include <inttypes.h>
#include <string.h>

#define PEERS_MAX 64  /* listed; more are counted */
#define FIRST_PEERS 3 /* in the first line */

/* Text that grows; what does not fit is cut. */
struct words {
	char s[512];
	size_t n;
};

static void
add(struct words *w, const char *sep, const char *word)
{
	size_t at = strlen(w->s);

	snprintf(
	    w->s + at, sizeof(w->s) - at, "%s%s", w->n == 0 ? "" : sep, word);
	w->n++;
}

struct peer {
	struct addr addr;
	uint64_t connections;
	struct words ports;
};

struct peers {
	struct peer peer[PEERS_MAX];
	size_t n, left_out;
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

static void
gather_peers(const struct incident *i, struct peers *ps)
{
	char port[8];

	*ps = (struct peers){0};
	for (size_t k = 0; k < i->n_evidence; k++) {
		const struct evidence *x = &i->evidence[k];
		struct peer *p = x->has_peer ? peer_of(ps, &x->peer) : NULL;

		if (p == NULL)
			continue;
		/* Several detectors may speak of the same connections. */
		if (x->count > p->connections)
			p->connections = x->count;
		if (x->port == 0 || has_port(i, k, x))
			continue;
		snprintf(port, sizeof(port), "%u", x->port);
		add(&p->ports, ", ", port);
	}
}

static void
gather_kinds(const struct incident *i, struct words *w)
{
	for (size_t k = 0; k < i->n_evidence; k++) {
		bool seen = false;

		for (size_t j = 0; j < k && !seen; j++)
			seen = strcmp(i->evidence[j].kind,
				   i->evidence[k].kind) == 0;
		if (!seen)
			add(w, ", ", i->evidence[k].kind);
	}
}

static void
say_first_line(const struct incident *i, const struct peers *ps)
{
	struct words kinds = {{0}, 0}, who = {{0}, 0};
	char text[ADDR_TEXT_MAX], more[32];

	gather_kinds(i, &kinds);
	for (size_t k = 0; k < ps->n && k < FIRST_PEERS; k++)
		add(&who, ", ", addr_format(&ps->peer[k].addr, text));
	if (ps->n > FIRST_PEERS) {
		snprintf(
		    more, sizeof(more), "and %zu more", ps->n - FIRST_PEERS);
		add(&who, " ", more);
	}
	output_line("%s is %s: %s%s%s", i->honeypot, severity_name(i->severity),
	    kinds.n == 0 ? "no evidence kept" : kinds.s,
	    who.n == 0 ? "" : " to ", who.s);
}

static void
say_head(const struct incident *i)
{
	char onset[TIME_TEXT_MAX], last[TIME_TEXT_MAX], text[ADDR_TEXT_MAX];
	struct words alias = {{0}, 0};

	output_line("incident  %s, %s", i->id, i->state);
	output_line("honeypot  %s, address %s%s%s", i->honeypot,
	    addr_format(&i->address, text),
	    i->honeynet[0] == '\0' ? "" : ", honeynet ", i->honeynet);
	for (size_t k = 0; k < i->n_alias; k++)
		if (!addr_eq(&i->alias[k], &i->address))
			add(&alias, " ", addr_format(&i->alias[k], text));
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
	output_line("To whom");
	for (size_t k = 0; k < ps->n; k++)
		output_line("  %-15s  %s%s%s%" PRIu64 " connection%s",
		    addr_format(&ps->peer[k].addr, text),
		    ps->peer[k].ports.n == 0 ? "" : "port ",
		    ps->peer[k].ports.s, ps->peer[k].ports.n == 0 ? "" : ", ",
		    ps->peer[k].connections,
		    ps->peer[k].connections == 1 ? "" : "s");
	if (ps->left_out > 0)
		output_line("  and %zu more", ps->left_out);
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

/* "host 10.0.0.1", or "host [10.0.0.1 10.0.0.2]" with the aliases. */
static void
host_list(const struct incident *i, struct words *w)
{
	char text[ADDR_TEXT_MAX];

	add(w, "", addr_format(&i->address, text));
	for (size_t k = 0; k < i->n_alias; k++)
		if (!addr_eq(&i->alias[k], &i->address))
			add(w, " ", addr_format(&i->alias[k], text));
}

static void
say_next(const struct incident *i)
{
	char since[TIME_TEXT_MAX + 16] = "", until[TIME_TEXT_MAX + 16] = "";
	char when[TIME_TEXT_MAX];
	struct words host = {{0}, 0};
	const char *open, *close;

	host_list(i, &host);
	open = host.n > 1 ? "[" : "";
	close = host.n > 1 ? "]" : "";
	if (i->onset_ns != TIME_NONE) {
		time_format(i->onset_ns, when);
		snprintf(since, sizeof(since), "--since %s ", when);
		snprintf(until, sizeof(until), "--until %s ", when);
	}
	output_line("%s", "");
	output_line("Whom it called, who came before, every packet:");
	output_line("  synhive connections %s'client host %s%s%s'", since, open,
	    host.s, close);
	output_line("  synhive connections %s'server host %s%s%s'", until, open,
	    host.s, close);
	output_line("  synhive records 'host %s%s%s'", open, host.s, close);
	output_line("%s", "");
	output_line("This is not proof, but a place to start.");
}

int
incident_report(const struct incident *i, struct state *s, report_more_fn *more,
    void *arg, struct err *e)
{
	struct peers peers;
	bool any = false;

	gather_peers(i, &peers);
	say_first_line(i, &peers);
	say_head(i);
	say_evidence(i);
	say_peers(&peers);
	if (s != NULL && state_sensors(s, say_loss, &any, e) == -1)
		return -1;
	if (more != NULL)
		more(arg);
	say_next(i);
	return 0;
}
