/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/odd_port.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/wait.h"
#include "common/map.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Connections that were raised and may say more yet: 75 s of 50 a second. */
#define JUDGED_MAX 4096

static const struct option options[] = {
    {"others", OPTION_COUNT, 2, 0, 15, offsetof(struct odd_rules, others)},
    {"before", OPTION_DURATION, NS_PER_HOUR, NS_PER_SEC, NS_PER_DAY,
	offsetof(struct odd_rules, before_ns)},
    {"packets", OPTION_COUNT, 3, 1, 1000, offsetof(struct odd_rules, packets)},
    {"honeypots", OPTION_COUNT, 2, 1, REACH_MAX - 1,
	offsetof(struct odd_rules, honeypots)},
    {"ports", OPTION_COUNT, 5, 2, REACH_MAX - 1,
	offsetof(struct odd_rules, ports)},
    {0},
};

struct odd {
	const struct site *site;
	struct odd_rules rules;
	struct wait *wait;
	struct map *judged; /* struct odd_ends -> struct odd_before */
};

/* Whether the alert that 'f' is of shows that connection: its note is that of
 * no other. */
static bool
is_shown(const struct alert_sink *out, const struct finding *f)
{
	const struct connection *c = f->connection;
	const struct alert *a =
	    alerts_get(out, &f->honeypot->primary, f->peer, f->port);

	return a != NULL && a->client_port == c->client_port &&
	       addr_eq(&a->client, &c->client.addr) &&
	       addr_eq(&a->server, &c->server.addr);
}

static void
raise(struct alert_sink *out, const struct connection *c,
    enum connection_event event, const struct odd_before *b)
{
	char note[ALERT_NOTE_MAX];
	struct finding f = {
	    .severity = b->scanner ? SEVERITY_NOTICE : SEVERITY_SUSPECT,
	    .honeypot = &c->server,
	    .peer = &c->client.addr,
	    .port = b->scanner ? 0 : c->server_port,
	    .connection = c,
	    .event = event,
	    .waited = true,
	    .suspect_ns = c->start_ns == TIME_NONE
			      ? 0
			      : span_from(c->start_ns, ODD_AHEAD_NS),
	};

	if (event == CONNECTION_NEW || is_shown(out, &f)) {
		odd_note(b, c, note);
		f.note = note;
	}
	alerts_raise(out, &f);
}

static void
judge(void *self, const struct waiting *w, struct alert_sink *out)
{
	struct odd *s = self;
	struct odd_before before, *keep;
	struct odd_ends ends = odd_ends(&w->c);
	bool is_new;

	if (!odd_judge(s->site, &s->rules, out->history, w, &before))
		return;
	keep = map_put(s->judged, &ends, &is_new);
	*keep = before;
	map_touch(s->judged, keep);
	raise(out, &w->c, CONNECTION_NEW, &before);
}

/* More is known of a connection that waits, or was raised. */
static void
change(struct odd *s, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct odd_ends ends = odd_ends(c);
	const struct odd_before *before;

	if (wait_change(s->wait, c) || map_count(s->judged) == 0)
		return;
	before = map_get(s->judged, &ends);
	if (before != NULL)
		raise(out, c, event, before);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct odd *s = self;
	struct moment at;

	if (c->expected || connection_merely_ends(c, event))
		return;
	if (event != CONNECTION_NEW) {
		change(s, c, event, out);
		return;
	}
	wait_until(s->wait, c->start_ns, out);
	at = history_moment(out->history, c);
	if (odd_may_be(s->site, &s->rules, out->history, c, &at))
		wait_put(s->wait, c, &at, false, out);
}

static void
tick(void *self, int64_t now_ns, struct alert_sink *out)
{
	const struct odd *s = self;

	wait_until(s->wait, now_ns, out);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct odd *s = self;
	char who[SITE_NAME_MAX + ADDR_TEXT_MAX + 4], peer[ADDR_TEXT_MAX];
	char what[48] = "ports", times[32] = "";
	bool irc = site_in_class(s->site, "irc", a->port) ||
		   site_in_class(s->site, "irc-weak", a->port);

	alert_who(a, who, sizeof(who));
	if (a->count != 1)
		snprintf(times, sizeof(times), " %" PRIu64 " times", a->count);
	if (a->port != 0)
		snprintf(what, sizeof(what), "%sport %u", irc ? "IRC " : "",
		    a->port);
	alert_say(out, "%s tried %s of %s%s, which hardly anybody tries, %s.%s",
	    addr_format(&a->peer, peer), what, who, times, a->note,
	    a->port == 0 ? " It tried many: a scanner."
	    : irc ? " That is a port: nothing says that anybody spoke IRC."
		  : "");
}

/* --- life --------------------------------------------------------------------
 */

static void
free_it(void *self)
{
	struct odd *s = self;

	if (s == NULL)
		return;
	wait_free(s->wait);
	map_free(s->judged);
	free(s);
}

static void *
new_it(const struct site *site, const void *rules)
{
	struct odd *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->site = site;
	memcpy(&s->rules, rules, sizeof(s->rules));
	s->wait = wait_new(judge, s, ODD_WAITS_NS);
	s->judged = map_new(
	    sizeof(struct odd_ends), sizeof(struct odd_before), JUDGED_MAX);
	if (s->wait == NULL || s->judged == NULL) {
		free_it(s);
		return NULL;
	}
	return s;
}

static void
save(const void *self, struct wr *w)
{
	const struct odd *s = self;

	wait_save(s->wait, w);
	map_save(s->judged, SIZE_MAX, w);
}

static int
load(void *self, struct rd *r)
{
	struct odd *s = self;

	return wait_load(s->wait, r) == -1 ? -1 : map_load(s->judged, r);
}

static uint64_t
evicted(const void *self)
{
	const struct odd *s = self;

	return map_evicted(s->judged);
}

const struct detector detect_odd_port_in = {
    .name = "odd-port-in",
    .doc = "A peer that had been on an ordinary port of a honeypot tried one "
	   "that hardly anybody tries; a notice if it tries many.",
    .options = options,
    .of_visitor = true,
    .per_peer = true,
    .events = 1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |
	      1U << CONNECTION_OUTCOME | 1U << CONNECTION_WITNESS |
	      1U << CONNECTION_DETAIL | 1U << CONNECTION_COUNTED |
	      1U << CONNECTION_END,
    .directions = 1U << DIRECTION_IN,
    .new = new_it,
    .free = free_it,
    .connection = connection,
    .tick = tick,
    .passed = tick,
    .text = text,
    .version = 2,
    .save = save,
    .load = load,
    .evicted = evicted,
};
