/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/rate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 128 bytes a connection: 8 MB. */
static const struct sliding_sizes sizes = {.keys = 1 << 14, .events = 1 << 16};

struct settings {
	int64_t connections, window_ns;
};

static const struct option options[] = {
    {"connections", OPTION_COUNT, 10, 2, 1000,
	offsetof(struct settings, connections)},
    {"window", OPTION_DURATION, 60 * NS_PER_SEC, NS_PER_SEC, NS_PER_HOUR,
	offsetof(struct settings, window_ns)},
    {0},
};

struct brute_force {
	struct rate rate;
	struct settings set;
	const struct port_class *ssh; /* NULL: there is none */
};

static void *
brute_force_new(const struct site *site, const void *set)
{
	struct brute_force *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->set = *(const struct settings *)set;
	s->ssh = site_class(site, "ssh");
	return rate_new(s, sliding_new(site, &sizes, s->set.window_ns));
}

/* Each connection is a thing of its own. */
static struct addr
name_of(const struct connection *c)
{
	struct addr what;

	memcpy(what.b, &c->start_ns, 8);
	memcpy(what.b + 8, &c->client_port, 2);
	memcpy(what.b + 10, c->server.addr.b + 10, 6);
	return what;
}

static void
raise_one(void *out, const struct connection *c, const struct addr *what,
    int64_t over_ns, enum connection_event event)
{
	const struct finding f = {
	    .severity = SEVERITY_NOTICE,
	    .honeypot = &c->server,
	    .peer = &c->client.addr,
	    .port = c->server_port,
	    .connection = c,
	    .event = event,
	};

	(void)what;
	(void)over_ns;
	alerts_raise(out, &f);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct brute_force *s = self;
	struct sliding_put put;
	struct addr what;

	if (s->ssh == NULL || c->expected ||
	    !ports_have(&s->ssh->ports, c->server_port))
		return;
	what = name_of(c);
	put = (struct sliding_put){
	    .key = {.honeypot = c->server.primary,
		.peer = party_counted(&c->client.addr),
		.port = c->server_port},
	    .need = (uint32_t)s->set.connections,
	    .quiet_ns = out->quiet_ns,
	    .what = &what,
	    .connection = c,
	    .event = event,
	    .fn = raise_one,
	    .arg = out,
	};
	sliding_put(s->rate.sliding, &put);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct brute_force *s = self;
	char who[ALERT_WHO_MAX], whose[ADDR_TEXT_MAX];

	alert_who(a, who, sizeof(who));
	snprintf(out, ALERT_TEXT_MAX,
	    "%s began %" PRIu64 " connections to SSH port %u of %s, %" PRId64
	    " of them within %" PRId64 " s, as one who tries passwords does.",
	    addr_format(&a->peer, whose), a->count, a->port, who,
	    s->set.connections, s->set.window_ns / NS_PER_SEC);
}

const struct detector detect_brute_force_in = {
    .name = "brute-force-in",
    .doc = "Somebody outside began many connections to an SSH port of a "
	   "honeypot at once.",
    .options = options,
    .per_peer = true,
    .events = SLIDING_EVENTS,
    .directions = 1U << DIRECTION_IN,
    .new = brute_force_new,
    .free = rate_free,
    .connection = connection,
    .tick = rate_tick,
    .text = text,
    .version = 1,
    .save = rate_save,
    .load = rate_load,
    .evicted = rate_evicted,
};
