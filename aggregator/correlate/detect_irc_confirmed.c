/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/attempts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/sighting.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Whom honeypots called, at IRC ports and at others, and who asked them:
 * apart, so that neither a sweep nor a flood of questions makes the calls
 * forgotten.  470 and 400 bytes: 19 MB.
 */
#define CALLED_MAX (1 << 14)
#define ASKED_MAX (1 << 13)
#define PORTS_MAX 8 /* of one host that are remembered at once */
#define ASKS_MAX 4  /* of one host */

/* Servers of these ask too: FTP, SSH, Telnet, mail, PostgreSQL. */
static const uint16_t never[] = {21, 22, 23, 25, 110, 143, 5432};

/* A key without holes. */
struct pair {
	struct addr honeypot, peer; /* primary, counted */
};

struct called_port {
	struct attempts at;
	uint32_t port;
	uint32_t relay;
};

struct called {
	struct called_port port[PORTS_MAX];
	uint64_t n;
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
	struct sensors *sensors;
	uint64_t ports_evicted;
};

static void
irc_confirmed_free(void *self)
{
	struct irc_confirmed *s = self;

	map_free(s->called[0]);
	map_free(s->called[1]);
	map_free(s->asked);
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
	s->sensors = sensors_new();
	if (s->called[0] == NULL || s->called[1] == NULL || s->asked == NULL ||
	    s->sensors == NULL) {
		irc_confirmed_free(s);
		return NULL;
	}
	return s;
}

/* --- saying so --------------------------------------------------------------
 */

static bool
is_irc(const struct irc_confirmed *s, uint16_t port)
{
	return site_in_class(s->site, "irc", port) ||
	       site_in_class(s->site, "irc-weak", port);
}

/* c: the question. */
static void
raise_one(const struct irc_confirmed *s, const struct called_port *p,
    const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct connection question = *c;
	const struct finding f = {
	    .severity = is_irc(s, (uint16_t)p->port) ? SEVERITY_COMPROMISED
						     : SEVERITY_SUSPECT,
	    .honeypot = &question.server,
	    .peer = &question.client.addr,
	    .port = (uint16_t)p->port,
	    .connection = &question,
	    .event = event,
	};

	question.relay = p->relay;
	question.last_ns = question.start_ns;
	alerts_raise(out, &f);
}

/* --- the honeypot calls
 * -------------------------------------------------------
 */

static bool
is_never(uint16_t port)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (never[i] == port)
			return true;
	return false;
}

/* That of the port, or else the one that was quiet for longest. */
static struct called_port *
port_of(struct irc_confirmed *s, struct called *k, const struct connection *c)
{
	struct called_port *p = k->port, *old = k->port;

	for (; p < k->port + k->n; p++) {
		if (p->port == c->server_port && p->relay == c->relay)
			return p;
		if (attempts_last(&p->at) < attempts_last(&old->at))
			old = p;
	}
	if (k->n == PORTS_MAX) {
		p = old;
		s->ports_evicted++;
	} else {
		k->n++;
	}
	*p = (struct called_port){.port = c->server_port, .relay = c->relay};
	return p;
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

		if (t == TIME_NONE ||
		    attempts_before(&before->at, t, s->set.window_ns) ||
		    !attempts_before(&p->at, t, s->set.window_ns))
			continue;
		sighting_get(&k->by[i], s->site, s->sensors, &c);
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
	p = port_of(s, k, c);
	before = *p;
	attempts_put(&p->at, c->start_ns, s->set.window_ns);
	attempts_put(&p->at, c->last_ns, s->set.window_ns);
	if (map_count(s->asked) > 0)
		look_back(s, &pair, p, &before, out);
}

/* --- somebody asks
 * ------------------------------------------------------------
 */

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

/* before_ns: when it was asked, as far as was known; with 'again'. */
static void
match(struct irc_confirmed *s, const struct map *called,
    const struct pair *pair, const struct connection *c, bool again,
    int64_t before_ns, struct alert_sink *out)
{
	const struct called *k = map_get(called, pair);
	int64_t width = s->set.window_ns;

	for (uint64_t i = 0; k != NULL && i < k->n; i++) {
		const struct called_port *p = &k->port[i];
		bool told = again && attempts_before(&p->at, before_ns, width);

		if (told)
			raise_one(s, p, c, CONNECTION_DETAIL, out);
		else if (attempts_before(&p->at, c->start_ns, width))
			raise_one(s, p, c, CONNECTION_NEW, out);
	}
}

static void
ask(struct irc_confirmed *s, const struct connection *c, struct alert_sink *out)
{
	const struct pair pair = {
	    c->server.primary, party_counted(&c->client.addr)};
	bool is_new;
	struct asked *k = map_put(s->asked, &pair, &is_new);
	struct sighting *known;
	int64_t before = TIME_NONE;

	map_touch(s->asked, k);
	known = remember(s, k, c);
	if (known != NULL) {
		before = known->start_ns;
		sighting_refine(known, c, s->sensors);
	}
	for (size_t i = 0; i < 2; i++)
		match(s, s->called[i], &pair, c, known != NULL, before, out);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct irc_confirmed *s = self;

	if (c->direction == DIRECTION_OUT)
		call(s, c, out);
	else if (s->ident != NULL && event != CONNECTION_ATTEMPT &&
		 ports_have(&s->ident->ports, c->server_port))
		ask(s, c, out);
}

/* --- the rest
 * -----------------------------------------------------------------
 */

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
}

static int
load(void *self, struct rd *r)
{
	struct irc_confirmed *s = self;

	s->ports_evicted = rd_u64(r);
	if (sensors_load(s->sensors, r) == -1 ||
	    map_load(s->called[0], r) == -1 || map_load(s->called[1], r) == -1)
		return -1;
	return map_load(s->asked, r);
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
    .text = text,
    .version = 1,
    .save = save,
    .load = load,
    .evicted = evicted,
};
