/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/hold.h"

#include "aggregator/correlate/span.h"
#include "common/map.h"

#include <stdlib.h>
#include <sys/queue.h>

/* A key without holes. */
struct ends {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint32_t zero;
};

/* In order of time. */
struct held {
	struct connection c;
	TAILQ_ENTRY(held) entry;
};

TAILQ_HEAD(places, held);

struct hold {
	const struct site *site;
	struct hold_sink sink;
	struct map *held; /* struct ends -> struct held */
	struct places places;
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

/* Most come in order. */
static void
sort_in(struct hold *h, struct held *x)
{
	struct held *before = TAILQ_LAST(&h->places, places);

	while (before != NULL && before->c.start_ns > x->c.start_ns)
		before = TAILQ_PREV(before, places, entry);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&h->places, x, entry);
	else
		TAILQ_INSERT_AFTER(&h->places, before, x, entry);
}

/* More is known of it, perhaps that it began earlier. */
static void
change(struct hold *h, struct held *x, const struct connection *c)
{
	bool moved = x->c.start_ns != c->start_ns;

	x->c = *c;
	x->c.sensor = NULL; /* borrowed */
	if (!moved)
		return;
	TAILQ_REMOVE(&h->places, x, entry);
	sort_in(h, x);
}

/* Of a copy: what is told may look here again. */
static void
let_go(struct hold *h, struct held *x)
{
	struct connection c = x->c;

	TAILQ_REMOVE(&h->places, x, entry);
	map_remove(h->held, x);
	tell(h, &c);
}

static void
let_go_until(struct hold *h, int64_t time_ns)
{
	struct held *x;

	while ((x = TAILQ_FIRST(&h->places)) != NULL &&
	       span_ns(x->c.start_ns, time_ns) >= STRAGGLERS_NS)
		let_go(h, x);
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
	struct held *x = map_get(h->held, &ends);
	bool is_new;

	if (x != NULL)
		let_go(h, x);
	if (map_count(h->held) == HOLD_MAX)
		let_go(h, TAILQ_FIRST(&h->places));
	x = map_put(h->held, &ends, &is_new);
	x->c = *c;
	x->c.sensor = NULL; /* borrowed */
	sort_in(h, x);
}

bool
hold_connection(
    struct hold *h, const struct connection *c, enum connection_event event)
{
	const struct ends ends = ends_of(c);
	struct held *x;

	if (event == CONNECTION_NEW && must_wait(h, c)) {
		keep(h, c);
		return true;
	}
	if (map_count(h->held) == 0 || (x = map_get(h->held, &ends)) == NULL)
		return false;
	change(h, x, c);
	if (event == CONNECTION_END) {
		let_go(h, x);
		return false;
	}
	if (c->has_uid)
		let_go(h, x);
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
	TAILQ_INIT(&h->places);
	h->held = map_new(sizeof(struct ends), sizeof(struct held), HOLD_MAX);
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
	struct held *x;

	if (map_load(h->held, r) == -1)
		return -1;
	for (x = map_oldest(h->held); x != NULL; x = map_younger(h->held, x))
		sort_in(h, x);
	return 0;
}
