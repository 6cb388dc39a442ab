/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/wait.h"
#include "common/map.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REACHED_MAX 4096 /* honeypots, 40 bytes each */
#define PAIRS_MAX 16384	 /* of honeypots, 72 bytes each */

/* Ports of one pair that have an alert each; the others share one: a honeypot
 * that scans another must not drive out all other alerts. */
#define PORTS_EACH 8

struct pair_key {
	struct addr from, to;
};

struct pair {
	uint16_t port[PORTS_EACH];
	uint64_t n;
};

struct reached {
	int64_t first_ns;
	struct addr by;
};

struct pivot {
	const struct site *site;
	struct wait *wait;
	struct map *reached; /* primary address -> struct reached */
	struct map *pairs;   /* struct pair_key -> struct pair */
};

/* --- how bad it is --- */

static void
name_of(const struct pivot *s, const struct addr *primary,
    char out[static SITE_NAME_MAX])
{
	struct party p;

	party_resolve(s->site, primary, &p);
	memcpy(out, p.name, sizeof(p.name));
}

/* Whether it is suspect for more than what this alert says itself: the same
 * again is not worse. */
static bool
is_suspect(const struct alert_sink *out, const struct connection *c)
{
	const struct alert *a = alerts_get(
	    out, &c->client.primary, &c->server.primary, c->server_port);
	int64_t since;

	if (!alerts_suspect(out->alerts, &c->client.primary, &since) ||
	    span_ns(since, c->start_ns) < 0)
		return false;
	return a == NULL || a->severity == SEVERITY_NOTICE ||
	       span_ns(since, a->first_ns) > 0;
}

/* Before the honeypot's incident was closed is as if it had never been. */
static const struct reached *
reached_before(const struct pivot *s, const struct alert_sink *out,
    const struct connection *c)
{
	const struct addr *from = &c->client.primary;
	const struct reached *r = map_get(s->reached, from);

	if (r == NULL || span_ns(r->first_ns, c->start_ns) < 0 ||
	    span_ns(alerts_unsuspected(out->alerts, from), r->first_ns) < 0)
		return NULL;
	return r;
}

/* Only forward in time.  note: why. */
static enum severity
judge(const struct pivot *s, const struct alert_sink *out,
    const struct connection *c, const struct moment *at,
    char note[static ALERT_NOTE_MAX])
{
	const struct addr *from = &c->client.primary;
	const struct reached *r = reached_before(s, out, c);
	char name[SITE_NAME_MAX];

	if (is_suspect(out, c)) {
		snprintf(note, ALERT_NOTE_MAX, ", after it was suspect");
		return SEVERITY_COMPROMISED;
	}
	if (r != NULL) {
		name_of(s, &r->by, name);
		snprintf(
		    note, ALERT_NOTE_MAX, ", after %s had reached it", name);
		return SEVERITY_COMPROMISED;
	}
	if (history_answered(out->history, from, at)) {
		snprintf(note, ALERT_NOTE_MAX,
		    ", after it had answered somebody who came in");
		return SEVERITY_SUSPECT;
	}
	*note = '\0';
	return SEVERITY_NOTICE;
}

static uint16_t
port_of(struct pivot *s, const struct connection *c)
{
	const struct pair_key key = {c->client.primary, c->server.primary};
	bool is_new;
	struct pair *p = map_put(s->pairs, &key, &is_new);

	map_touch(s->pairs, p);
	for (uint64_t i = 0; i < p->n; i++)
		if (p->port[i] == c->server_port)
			return c->server_port;
	if (p->n == PORTS_EACH)
		return 0;
	p->port[p->n++] = c->server_port;
	return c->server_port;
}

static void
raise(struct pivot *s, const struct connection *c, enum connection_event event,
    enum severity severity, const char *note, bool waited,
    struct alert_sink *out)
{
	const struct finding f = {
	    .severity = severity,
	    .honeypot = &c->client,
	    .peer = &c->server.primary,
	    .port = port_of(s, c),
	    .connection = c,
	    .event = event,
	    .note = note,
	    .waited = waited,
	};

	alerts_raise(out, &f);
}

/* Whoever was refused reached nobody. */
static void
reach(struct pivot *s, const struct connection *c, const struct alert_sink *out)
{
	const struct addr *whom = &c->server.primary;
	bool is_new;
	struct reached *r;

	if (c->outcome == OUTCOME_REFUSED || c->outcome == OUTCOME_BLOCKED)
		return;
	r = map_put(s->reached, whom, &is_new);
	map_touch(s->reached, r);
	if (!is_new && span_ns(r->first_ns, c->start_ns) >= 0 &&
	    span_ns(alerts_unsuspected(out->alerts, whom), r->first_ns) >= 0)
		return;
	r->first_ns = c->start_ns;
	r->by = c->client.primary;
}

static void
judge_later(void *self, const struct waiting *w, struct alert_sink *out)
{
	struct pivot *s = self;
	char note[ALERT_NOTE_MAX];
	enum severity severity = judge(s, out, &w->c, &w->at, note);

	raise(s, &w->c, w->raised ? CONNECTION_DETAIL : CONNECTION_NEW,
	    severity, note, true, out);
	if (severity != SEVERITY_NOTICE)
		reach(s, &w->c, out);
}

/* --- connections --- */

static void
begin(struct pivot *s, const struct connection *c, struct alert_sink *out)
{
	const struct moment at = history_moment(out->history, c);
	struct connection earlier = *c;
	char note[ALERT_NOTE_MAX];
	enum severity severity;
	bool sure;

	/* What was so half a second before nothing that comes late undoes. */
	earlier.start_ns = span_from(c->start_ns, -STRAGGLERS_NS);
	severity = judge(s, out, &earlier, &at, note);
	sure = severity == SEVERITY_COMPROMISED;
	if (sure)
		raise(s, c, CONNECTION_NEW, severity, note, false, out);
	wait_put(s->wait, c, &at, sure, out);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct pivot *s = self;

	if (c->expected || c->relay)
		return;
	if (event == CONNECTION_NEW) {
		begin(s, c, out);
		return;
	}
	wait_change(s->wait, c);
	if (event != CONNECTION_OUTCOME)
		raise(s, c, event, SEVERITY_NOTICE, NULL, false, out);
}

static void
tick(void *self, int64_t now_ns, struct alert_sink *out)
{
	const struct pivot *s = self;

	wait_until(s->wait, now_ns, out);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct pivot *s = self;
	char who[SITE_NAME_MAX + ADDR_TEXT_MAX + 4], whom[SITE_NAME_MAX];
	char count[ALERT_COUNT_MAX], port[24] = "other ports";

	alert_who(a, who, sizeof(who));
	name_of(s, &a->peer, whom);
	alert_count(a, count);
	if (a->port != 0)
		snprintf(port, sizeof(port), "port %u", a->port);
	alert_say(out, "%s began %s to %s of honeypot %s%s.", who, count, port,
	    whom, a->note);
}

/* --- life --- */

static void
free_it(void *self)
{
	struct pivot *s = self;

	if (s == NULL)
		return;
	wait_free(s->wait);
	map_free(s->reached);
	map_free(s->pairs);
	free(s);
}

static void *
new_it(const struct site *site, const void *options)
{
	struct pivot *s = calloc(1, sizeof(*s));

	(void)options;
	if (s == NULL)
		return NULL;
	s->site = site;
	s->wait = wait_new(judge_later, s, STRAGGLERS_NS);
	s->reached =
	    map_new(sizeof(struct addr), sizeof(struct reached), REACHED_MAX);
	s->pairs =
	    map_new(sizeof(struct pair_key), sizeof(struct pair), PAIRS_MAX);
	if (s->wait == NULL || s->reached == NULL || s->pairs == NULL) {
		free_it(s);
		return NULL;
	}
	return s;
}

static void
save(const void *self, struct wr *w)
{
	const struct pivot *s = self;

	wait_save(s->wait, w);
	map_save(s->reached, SIZE_MAX, w);
	map_save(s->pairs, SIZE_MAX, w);
}

static int
load(void *self, struct rd *r)
{
	struct pivot *s = self;

	if (wait_load(s->wait, r) == -1 || map_load(s->reached, r) == -1)
		return -1;
	return map_load(s->pairs, r);
}

static uint64_t
evicted(const void *self)
{
	const struct pivot *s = self;

	return map_evicted(s->reached) + map_evicted(s->pairs);
}

const struct detector detect_pivot = {
    .name = "pivot",
    .doc = "A honeypot that is suspect, or was reached so before, began an "
	   "unexplained connection to another honeypot; less bad if somebody "
	   "had only come in to it, or nobody.",
    .per_peer = true,
    .events = 1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |
	      1U << CONNECTION_OUTCOME | 1U << CONNECTION_WITNESS |
	      1U << CONNECTION_DETAIL,
    .directions = 1U << DIRECTION_WITHIN,
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
