/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/called.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/sighting.h"
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/wait.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Whom honeypots called, at IRC ports and at others, and who asked them:
 * apart, so that neither a sweep nor a flood of questions makes the calls
 * forgotten.  470 and 400 bytes: 19 MB.
 */
#define CALLED_MAX (1 << 14)
#define ASKED_MAX (1 << 13)
#define ASKS_MAX 4 /* of one host */

/* Servers of these ask too: FTP, SSH, Telnet, mail, PostgreSQL. */
static const uint16_t never[] = {21, 22, 23, 25, 110, 143, 5432};

/* A key without holes. */
struct pair {
	struct addr honeypot, peer; /* primary, counted */
};

struct asked {
	struct sighting by[ASKS_MAX]; /* the last ones */
	uint64_t n;
};

struct settings {
	int64_t window_ns;
};

static const struct option options[] = {
    {"window", OPTION_DURATION, 60 * NS_PER_SEC, NS_PER_SEC, NS_PER_HOUR,
	offsetof(struct settings, window_ns)},
    {0},
};

struct irc_confirmed {
	struct settings set;
	const struct site *site;
	const struct port_class *ident; /* NULL: there is none */
	struct map *called[2]; /* struct pair -> struct called; [1]: IRC */
	struct map *asked;     /* struct pair -> struct asked */
	struct wait *wait;     /* questions */
	struct sensors *sensors;
	uint64_t ports_evicted;
};

static wait_fn judge;

static void
irc_confirmed_free(void *self)
{
	struct irc_confirmed *s = self;

	map_free(s->called[0]);
	map_free(s->called[1]);
	map_free(s->asked);
	wait_free(s->wait);
	sensors_free(s->sensors);
	free(s);
}

static void *
irc_confirmed_new(const struct site *site, const void *set)
{
	struct irc_confirmed *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->set = *(const struct settings *)set;
	s->site = site;
	s->ident = site_class(site, "ident");
	for (size_t i = 0; i < 2; i++)
		s->called[i] = map_new(
		    sizeof(struct pair), sizeof(struct called), CALLED_MAX);
	s->asked =
	    map_new(sizeof(struct pair), sizeof(struct asked), ASKED_MAX);
	s->wait = wait_new(judge, s, STRAGGLERS_NS);
	s->sensors = sensors_new();
	if (s->wait == NULL || s->called[0] == NULL || s->called[1] == NULL ||
	    s->asked == NULL || s->sensors == NULL) {
		irc_confirmed_free(s);
		return NULL;
	}
	return s;
}

/* --- saying so --- */

static bool
is_irc(const struct irc_confirmed *s, uint16_t port)
{
	return site_in_class(s->site, "irc", port) ||
	       site_in_class(s->site, "irc-weak", port);
}

/* The same question from the same port is counted once. */
static struct addr
name_of(const struct connection *c)
{
	struct addr name = party_counted(&c->client.addr);

	memcpy(name.b + 8, &c->client_port, 2);
	memcpy(name.b + 10, c->server.addr.b + 10, 6);
	return name;
}

/* c: the question. */
static void
raise_one(const struct irc_confirmed *s, const struct called_port *p,
    const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct connection question = *c;
	const struct addr name = name_of(c);
	const struct finding f = {
	    .severity = is_irc(s, (uint16_t)p->port) ? SEVERITY_COMPROMISED
						     : SEVERITY_SUSPECT,
	    .honeypot = &question.server,
	    .peer = &question.client.addr,
	    .port = (uint16_t)p->port,
	    .connection = &question,
	    .event = event,
	    .once = &name,
	};

	question.relay = p->relay;
	alerts_raise(out, &f);
}

/* --- the honeypot calls --- */

static bool
is_never(uint16_t port)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (never[i] == port)
			return true;
	return false;
}

/* Questions that came before the call that they are about. */
static void
look_back(struct irc_confirmed *s, const struct pair *pair,
    const struct called_port *p, const struct called_port *before,
    struct alert_sink *out)
{
	const struct asked *k = map_get(s->asked, pair);
	struct connection c;

	for (uint64_t i = 0; k != NULL && i < k->n; i++) {
		int64_t t = k->by[i].start_ns;
		bool waits;

		if (t == TIME_NONE)
			continue;
		sighting_get(&k->by[i], s->site, s->sensors, &c);
		waits = wait_has(s->wait, &c);
		if (!called_counts(before, t, s->set.window_ns, waits) &&
		    called_counts(p, t, s->set.window_ns, waits))
			raise_one(s, p, &c, CONNECTION_NEW, out);
	}
}

static void
call(
    struct irc_confirmed *s, const struct connection *c, struct alert_sink *out)
{
	const struct pair pair = {
	    c->client.primary, party_counted(&c->server.addr)};
	struct map *m = s->called[is_irc(s, c->server_port)];
	struct called_port *p, before;
	struct called *k;
	bool is_new;

	if (c->expected || is_never(c->server_port))
		return;
	k = map_put(m, &pair, &is_new);
	map_touch(m, k);
	p = called_port(k, c, &s->ports_evicted);
	before = *p;
	attempts_put(&p->at, c->start_ns, s->set.window_ns);
	attempts_put(&p->at, c->last_ns, s->set.window_ns);
	if (map_count(s->asked) > 0)
		look_back(s, &pair, p, &before, out);
}

/* --- somebody asks --- */

static struct pair
pair_of(const struct connection *c)
{
	return (struct pair){c->server.primary, party_counted(&c->client.addr)};
}

/* That of 'c'; else NULL, and it is there now. */
static struct sighting *
remember(struct irc_confirmed *s, struct asked *k, const struct connection *c)
{
	uint64_t i = 0;

	while (i < k->n && !sighting_is_of(&k->by[i], c))
		i++;
	if (i < k->n)
		return &k->by[i];
	if (k->n == ASKS_MAX) {
		for (i = 1; i < k->n; i++)
			k->by[i - 1] = k->by[i];
		k->n--;
	}
	sighting_set(&k->by[k->n++], c, s->sensors);
	return NULL;
}

/* before: as it was known before; NULL: not at all. */
static void
match(struct irc_confirmed *s, const struct connection *c, bool waits,
    const struct sighting *before, struct alert_sink *out)
{
	const struct pair pair = pair_of(c);

	for (size_t m = 0; m < 2; m++) {
		const struct called *k = map_get(s->called[m], &pair);

		for (uint64_t i = 0; k != NULL && i < k->n; i++) {
			const struct called_port *p = &k->port[i];

			if (before != NULL && called_counts(p, before->start_ns,
						  s->set.window_ns, waits))
				raise_one(s, p, c, CONNECTION_DETAIL, out);
			else if (called_counts(
				     p, c->start_ns, s->set.window_ns, waits))
				raise_one(s, p, c, CONNECTION_NEW, out);
		}
	}
}

/* All that may change it is there. */
static void
judge(void *self, const struct waiting *w, struct alert_sink *out)
{
	match(self, &w->c, false, NULL, out);
}

static void
ask(struct irc_confirmed *s, const struct connection *c,
    enum connection_event event, struct alert_sink *out)
{
	const struct pair pair = pair_of(c);
	const struct moment at = {.ns = c->start_ns};
	bool is_new, waits;
	struct asked *k = map_put(s->asked, &pair, &is_new);
	struct sighting *known, before;

	map_touch(s->asked, k);
	known = remember(s, k, c);
	if (known != NULL) {
		before = *known;
		sighting_refine(known, c, s->sensors);
	}
	waits = wait_change(s->wait, c);
	if (event == CONNECTION_NEW && c->start_ns != TIME_NONE) {
		wait_put(s->wait, c, &at, false, out);
		waits = true;
	}
	match(s, c, waits, known == NULL ? NULL : &before, out);
}

static void
tick(void *self, int64_t now_ns, struct alert_sink *out)
{
	const struct irc_confirmed *s = self;

	wait_until(s->wait, now_ns, out);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct irc_confirmed *s = self;

	if (c->direction == DIRECTION_OUT)
		call(s, c, out);
	else if (s->ident != NULL &&
		 ports_have(&s->ident->ports, c->server_port))
		ask(s, c, event, out);
}

/* --- the rest --- */

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct irc_confirmed *s = self;
	char who[ALERT_WHO_MAX], whom[ADDR_TEXT_MAX];

	alert_who(a, who, sizeof(who));
	snprintf(out, ALERT_TEXT_MAX,
	    "%s called port %u of %s and was asked back by ident within "
	    "%" PRId64 " s: %s.",
	    who, a->port, addr_format(&a->peer, whom),
	    s->set.window_ns / NS_PER_SEC,
	    is_irc(s, a->port) ? "an IRC server"
			       : "as IRC servers ask, but that is none of "
				 "their ports");
}

static void
save(const void *self, struct wr *w)
{
	const struct irc_confirmed *s = self;

	wr_u64(w, s->ports_evicted);
	sensors_save(s->sensors, w);
	map_save(s->called[0], SIZE_MAX, w);
	map_save(s->called[1], SIZE_MAX, w);
	map_save(s->asked, SIZE_MAX, w);
	wait_save(s->wait, w);
}

static int
load(void *self, struct rd *r)
{
	struct irc_confirmed *s = self;

	s->ports_evicted = rd_u64(r);
	if (sensors_load(s->sensors, r) == -1 ||
	    map_load(s->called[0], r) == -1 || map_load(s->called[1], r) == -1)
		return -1;
	if (map_load(s->asked, r) == -1)
		return -1;
	return wait_load(s->wait, r);
}

static uint64_t
evicted(const void *self)
{
	const struct irc_confirmed *s = self;

	return s->ports_evicted + map_evicted(s->called[0]) +
	       map_evicted(s->called[1]) + map_evicted(s->asked);
}

const struct detector detect_irc_confirmed = {
    .name = "irc-confirmed",
    .doc = "The host that a honeypot called asked back by ident within a "
	   "minute, as IRC servers do; no such question is no evidence "
	   "against.",
    .options = options,
    .per_peer = true,
    .events = 1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |
	      1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL,
    .directions = 1U << DIRECTION_OUT | 1U << DIRECTION_IN,
    .new = irc_confirmed_new,
    .free = irc_confirmed_free,
    .connection = connection,
    .tick = tick,
    .passed = tick,
    .text = text,
    .version = 2,
    .save = save,
    .load = load,
    .evicted = evicted,
};
