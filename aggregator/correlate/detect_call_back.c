/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/outbound.h"
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct call_back {
	const struct site *site;
	struct wait *wait;
};

/* --- who came in before --- */

struct looking {
	const struct site *site;
	const struct addr *honeypot;
	struct moment called; /* when the honeypot first called the peer */
	int64_t since_ns;     /* visits before that are too old */
	struct visits last;
	bool found;
};

/* Servers ask ident of whoever calls them, and come for nothing else. */
static bool
is_answer(const struct looking *l, const struct visits *v)
{
	if (site_in_class(l->site, "ident", v->port))
		return true;
	return v->first_ns != TIME_NONE ? v->first_ns > l->called.ns
					: v->first_order > l->called.order;
}

static void
look(void *arg, const struct visits *v)
{
	struct looking *l = arg;

	if (!addr_eq(&v->honeypot, l->honeypot) || is_answer(l, v) ||
	    (v->last_ns != TIME_NONE && v->last_ns <= l->since_ns))
		return;
	if (l->found &&
	    (v->last_ns < l->last.last_ns ||
		(v->last_ns == l->last.last_ns && v->port >= l->last.port)))
		return;
	l->last = *v;
	l->found = true;
}

static void
write_note(const struct visits *v, char out[static ALERT_NOTE_MAX])
{
	char time[TIME_TEXT_MAX];

	snprintf(out, ALERT_NOTE_MAX, "port %u%s%s%s%s", v->port,
	    v->last_ns == TIME_NONE ? "" : " at ",
	    v->last_ns == TIME_NONE ? "" : time_format(v->last_ns, time),
	    v->outcome == OUTCOME_UNKNOWN ? "" : ", ",
	    v->outcome == OUTCOME_UNKNOWN ? "" : outcome_name(v->outcome));
}

/* Returns whether the peer had come in; then it is raised. */
static bool
judge(const struct call_back *self, const struct connection *c,
    const struct moment *at, bool raised, bool waited, struct alert_sink *out)
{
	const struct addr peer = history_peer(&c->server);
	struct looking l = {
	    .site = self->site,
	    .honeypot = &c->client.primary,
	    .called = history_called(out->history, &c->client.primary, &peer),
	};
	char note[ALERT_NOTE_MAX];
	const struct finding f = {
	    .severity = SEVERITY_SUSPECT,
	    .honeypot = &c->client,
	    .peer = &c->server.addr,
	    .port = c->server_port,
	    .connection = c,
	    .event = raised ? CONNECTION_WITNESS : CONNECTION_NEW,
	    .note = note,
	    .waited = waited,
	};

	if (c->start_ns != TIME_NONE)
		l.since_ns = span_from(c->start_ns, -HISTORY_WINDOW_NS);
	history_of_peer(out->history, &peer, at, look, &l);
	if (!l.found)
		return false;
	write_note(&l.last, note);
	alerts_raise(out, &f);
	return true;
}

static void
judge_again(void *self, const struct waiting *w, struct alert_sink *out)
{
	judge(self, &w->c, &w->at, w->raised, true, out);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct call_back *s = self;
	const struct finding more = {
	    .honeypot = &c->client,
	    .peer = &c->server.addr,
	    .port = c->server_port,
	    .connection = c,
	    .event = event,
	};
	struct moment at, sure;
	bool raised;

	if (!outbound_unexplained(c))
		return;
	if (event != CONNECTION_NEW) {
		wait_change(s->wait, c);
		alerts_raise(out, &more);
		return;
	}
	at = history_moment(out->history, c);
	/* What came long enough before it did so whatever is still to come. */
	sure = at;
	sure.ns = span_from(at.ns, -STRAGGLERS_NS);
	raised = judge(s, c, &sure, false, false, out);
	/* The visit may be told later than what came of it: agents send it
	 * less urgently. */
	if (c->start_ns != TIME_NONE)
		wait_put(s->wait, c, &at, raised, out);
}

static void
tick(void *self, int64_t now_ns, struct alert_sink *out)
{
	const struct call_back *s = self;

	wait_until(s->wait, now_ns, out);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	char who[SITE_NAME_MAX + ADDR_TEXT_MAX + 4], peer[ADDR_TEXT_MAX];
	char count[ALERT_COUNT_MAX];

	(void)self;
	alert_who(a, who, sizeof(who));
	alert_count(a, count);
	alert_say(out,
	    "%s began %s to port %u of %s, which had come in before: %s.", who,
	    count, a->port, addr_format(&a->peer, peer), a->note);
}

/* --- life --- */

static void
free_it(void *self)
{
	struct call_back *s = self;

	if (s == NULL)
		return;
	wait_free(s->wait);
	free(s);
}

static void *
new_it(const struct site *site, const void *options)
{
	struct call_back *s = calloc(1, sizeof(*s));

	(void)options;
	if (s == NULL)
		return NULL;
	s->site = site;
	s->wait = wait_new(judge_again, s, STRAGGLERS_NS);
	if (s->wait == NULL) {
		free_it(s);
		return NULL;
	}
	return s;
}

static void
save(const void *self, struct wr *w)
{
	const struct call_back *s = self;

	wait_save(s->wait, w);
}

static int
load(void *self, struct rd *r)
{
	struct call_back *s = self;

	return wait_load(s->wait, r);
}

const struct detector detect_call_back = {
    .name = "call-back",
    .doc = "A honeypot began an unexplained connection to a peer that had "
	   "come in to it in the 24 hours before.",
    .per_peer = true,
    .events = OUTBOUND_EVENTS,
    .directions = 1U << DIRECTION_OUT,
    .new = new_it,
    .free = free_it,
    .connection = connection,
    .tick = tick,
    .passed = tick,
    .text = text,
    .version = 2,
    .save = save,
    .load = load,
};
