/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/rate.h"
#include "aggregator/correlate/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* 128 bytes a connection: 8 MB. */
static const struct sliding_sizes sizes = {.keys = 1 << 13, .events = 1 << 16};

struct settings {
	int64_t servers, busy_servers, window_ns;
};

static const struct option options[] = {
    {"servers", OPTION_COUNT, 10, 2, 1000, offsetof(struct settings, servers)},
    {"busy-servers", OPTION_COUNT, 50, 2, 1000,
	offsetof(struct settings, busy_servers)},
    {"window", OPTION_DURATION, 60 * NS_PER_SEC, NS_PER_SEC, NS_PER_HOUR,
	offsetof(struct settings, window_ns)},
    {0},
};

struct sweep {
	struct rate rate;
	struct settings set;
};

static void *
sweep_new(const struct site *site, const void *set)
{
	struct sweep *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->set = *(const struct settings *)set;
	return rate_new(s, sliding_new(site, &sizes, s->set.window_ns));
}

/* Names and pages: many servers within a minute are nothing special. */
static uint32_t
needed(const struct sweep *s, uint16_t port)
{
	bool busy = port == 53 || port == 80 || port == 443;

	return (uint32_t)(busy ? s->set.busy_servers : s->set.servers);
}

static void
raise_one(void *out, const struct connection *c, const struct addr *server,
    int64_t over_ns, enum connection_event event)
{
	const struct finding f = {
	    .severity = SEVERITY_COMPROMISED,
	    .honeypot = &c->client,
	    .peer = &c->server.primary,
	    .port = c->server_port,
	    .connection = c,
	    .event = event,
	    .once = server,
	    .suspect_ns = span_later(c->start_ns, over_ns),
	};

	alerts_raise(out, &f);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct sweep *s = self;
	const struct addr server = history_peer(&c->server);
	const struct sliding_put put = {
	    .key = {.honeypot = c->client.primary, .port = c->server_port},
	    .need = needed(s, c->server_port),
	    .quiet_ns = out->quiet_ns,
	    .what = &server,
	    .connection = c,
	    .event = event,
	    .fn = raise_one,
	    .arg = out,
	};

	if (!c->expected)
		sliding_put(s->rate.sliding, &put);
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct sweep *s = self;
	char who[ALERT_WHO_MAX];

	alert_who(a, who, sizeof(who));
	snprintf(out, ALERT_TEXT_MAX,
	    "%s swept port %u: %" PRIu64 " hosts, %" PRIu32
	    " of them within %" PRId64 " s.",
	    who, a->port, a->count, needed(s, a->port),
	    s->set.window_ns / NS_PER_SEC);
}

const struct detector detect_sweep = {
    .name = "sweep",
    .doc = "A honeypot began unexplained connections to one port of many "
	   "hosts at once: it looks for victims.",
    .options = options,
    .relay_too = true,
    .events = SLIDING_EVENTS,
    .directions = 1U << DIRECTION_OUT | 1U << DIRECTION_WITHIN,
    .new = sweep_new,
    .free = rate_free,
    .connection = connection,
    .tick = rate_tick,
    .text = text,
    .version = 1,
    .save = rate_save,
    .load = rate_load,
    .evicted = rate_evicted,
};
