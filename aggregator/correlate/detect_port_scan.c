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
static const struct sliding_sizes sizes = {.keys = 1 << 14, .events = 1 << 16};

struct settings {
	int64_t ports, window_ns;
};

static const struct option options[] = {
    {"ports", OPTION_COUNT, 20, 2, 1000, offsetof(struct settings, ports)},
    {"window", OPTION_DURATION, 60 * NS_PER_SEC, NS_PER_SEC, NS_PER_HOUR,
	offsetof(struct settings, window_ns)},
    {0},
};

struct port_scan {
	struct rate rate;
	struct settings set;
};

static void *
port_scan_new(const struct site *site, const void *set)
{
	struct port_scan *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->set = *(const struct settings *)set;
	return rate_new(s, sliding_new(site, &sizes, s->set.window_ns));
}

static void
raise_one(void *out, const struct connection *c, const struct addr *port,
    int64_t over_ns, enum connection_event event)
{
	const struct finding f = {
	    .severity = SEVERITY_SUSPECT,
	    .honeypot = &c->client,
	    .peer = &c->server.addr,
	    .connection = c,
	    .event = event,
	    .once = port,
	    .suspect_ns = span_later(c->start_ns, over_ns),
	};

	alerts_raise(out, &f);
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct port_scan *s = self;
	const struct addr port = {
	    .b = {(uint8_t)(c->server_port >> 8), (uint8_t)c->server_port}};
	const struct sliding_put put = {
	    .key = {.honeypot = c->client.primary,
		.peer = history_peer(&c->server)},
	    .need = (uint32_t)s->set.ports,
	    .quiet_ns = out->quiet_ns,
	    .what = &port,
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
	const struct port_scan *s = self;
	char who[ALERT_WHO_MAX], whom[ADDR_TEXT_MAX];

	alert_who(a, who, sizeof(who));
	snprintf(out, ALERT_TEXT_MAX,
	    "%s scanned %s: %" PRIu64 " ports, %" PRId64
	    " of them within %" PRId64 " s.",
	    who, addr_format(&a->peer, whom), a->count, s->set.ports,
	    s->set.window_ns / NS_PER_SEC);
}

const struct detector detect_port_scan = {
    .name = "port-scan",
    .doc = "A honeypot began unexplained connections to many ports of one "
	   "host at once.",
    .options = options,
    .per_peer = true,
    .events = SLIDING_EVENTS,
    .directions = 1U << DIRECTION_OUT | 1U << DIRECTION_WITHIN,
    .new = port_scan_new,
    .free = rate_free,
    .connection = connection,
    .tick = rate_tick,
    .text = text,
    .version = 1,
    .save = rate_save,
    .load = rate_load,
    .evicted = rate_evicted,
};
