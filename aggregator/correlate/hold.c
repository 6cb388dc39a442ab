/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/hold.h"

#include "aggregator/correlate/span.h"
#include "common/map.h"

#include <stdlib.h>

/* A key without holes. */
struct ends {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint32_t zero;
};

struct hold {
	const struct site *site;
	struct hold_sink sink;
	struct map *held; /* struct ends -> struct connection */
};

static struct ends
ends_of(const struct connection *c)
{
	return (struct ends){
	    c->client.addr, c->server.addr, c->client_port, c->server_port, 0};
}

static void
tell(struct hold *h, const struct connection *c)
{
	h->sink.event(h->sink.arg, c, CONNECTION_NEW);
	if (c->outcome != OUTCOME_UNKNOWN)
		h->sink.event(h->sink.arg, c, CONNECTION_OUTCOME);
}

/* Of a copy: what is told may look here again. */
static void
let_go(struct hold *h, struct connection *held)
{
	struct connection c = *held;

	map_remove(h->held, held);
	tell(h, &c);
}

static void
let_go_until(struct hold *h, int64_t time_ns)
{
	struct connection *c;

	while ((c = map_oldest(h->held)) != NULL &&
	       span_ns(c->start_ns, time_ns) >= STRAGGLERS_NS)
		let_go(h, c);
}

static bool
must_wait(const struct hold *h, const struct connection *c)
{
	return !c->has_uid && c->sensor != NULL && c->start_ns != TIME_NONE &&
	       (c->direction == DIRECTION_OUT ||
		   c->direction == DIRECTION_WITHIN) &&
	       site_has_relay(h->site, &c->client.addr);
}

static void
keep(struct hold *h, const struct connection *c)
{
	const struct ends ends = ends_of(c);
	bool is_new;
	struct connection *held;

	let_go_until(h, c->start_ns);
	if (map_count(h->held) == HOLD_MAX)
		let_go(h, map_oldest(h->held));
	held = map_put(h->held, &ends, &is_new);
	*held = *c;
	held->sensor = NULL; /* borrowed */
}

bool
hold_connection(
    struct hold *h, const struct connection *c, enum connection_event event)
{
	const struct ends ends = ends_of(c);
	struct connection *held;

	if (event == CONNECTION_NEW && must_wait(h, c)) {
		keep(h, c);
		return true;
	}
	if (map_count(h->held) == 0 || (held = map_get(h->held, &ends)) == NULL)
		return false;
	*held = *c;
	held->sensor = NULL;
	if (event == CONNECTION_END) {
		let_go(h, held);
		return false;
	}
	if (c->has_uid)
		let_go(h, held);
	return true;
}

void
hold_tick(struct hold *h, int64_t now_ns)
{
	let_go_until(h, now_ns);
}

struct hold *
hold_new(const struct site *site, const struct hold_sink *sink)
{
	struct hold *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->site = site;
	h->sink = *sink;
	h->held =
	    map_new(sizeof(struct ends), sizeof(struct connection), HOLD_MAX);
	if (h->held == NULL) {
		hold_free(h);
		return NULL;
	}
	return h;
}

void
hold_free(struct hold *h)
{
	if (h == NULL)
		return;
	map_free(h->held);
	free(h);
}

void
hold_save(const void *hold, struct wr *w)
{
	const struct hold *h = hold;

	map_save(h->held, SIZE_MAX, w);
}

int
hold_load(void *hold, struct rd *r)
{
	struct hold *h = hold;

	return map_load(h->held, r);
}
