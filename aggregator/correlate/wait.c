/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/wait.h"

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
struct place {
	struct waiting w;
	TAILQ_ENTRY(place) entry;
};

TAILQ_HEAD(places, place);

struct wait {
	wait_fn *judge;
	void *self;
	int64_t delay_ns;
	struct map *waiting; /* struct ends -> struct place */
	struct places places;
};

static struct ends
ends_of(const struct connection *c)
{
	return (struct ends){
	    c->client.addr, c->server.addr, c->client_port, c->server_port, 0};
}

/* Of two that began together, any order that is not that of their coming. */
static bool
is_after(const struct waiting *a, const struct waiting *b)
{
	int order = addr_cmp(&a->c.client.addr, &b->c.client.addr);

	if (a->at.ns != b->at.ns)
		return a->at.ns > b->at.ns;
	if (order == 0)
		order = addr_cmp(&a->c.server.addr, &b->c.server.addr);
	if (order == 0)
		order = a->c.client_port - b->c.client_port;
	if (order == 0)
		order = a->c.server_port - b->c.server_port;
	return order > 0;
}

/* Most come in order. */
static void
sort_in(struct wait *w, struct place *p)
{
	struct place *before = TAILQ_LAST(&w->places, places);

	while (before != NULL && is_after(&before->w, &p->w))
		before = TAILQ_PREV(before, places, entry);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&w->places, p, entry);
	else
		TAILQ_INSERT_AFTER(&w->places, before, p, entry);
}

/* Of a copy: whoever judges may look here again. */
static void
let_go(struct wait *w, struct place *p, struct alert_sink *out)
{
	struct waiting copy = p->w;

	TAILQ_REMOVE(&w->places, p, entry);
	map_remove(w->waiting, p);
	w->judge(w->self, &copy, out);
}

void
wait_put(struct wait *w, const struct connection *c, const struct moment *at,
    bool raised, struct alert_sink *out)
{
	const struct ends ends = ends_of(c);
	struct place *p = map_get(w->waiting, &ends);
	bool is_new;

	if (p != NULL)
		let_go(w, p, out);
	if (map_count(w->waiting) == WAIT_MAX)
		let_go(w, TAILQ_FIRST(&w->places), out);
	p = map_put(w->waiting, &ends, &is_new);
	p->w = (struct waiting){*c, *at, raised};
	p->w.c.sensor = NULL; /* borrowed */
	sort_in(w, p);
	if (c->start_ns == TIME_NONE)
		let_go(w, p, out);
}

bool
wait_change(struct wait *w, const struct connection *c)
{
	const struct ends ends = ends_of(c);
	struct place *p;

	if (map_count(w->waiting) == 0 ||
	    (p = map_get(w->waiting, &ends)) == NULL)
		return false;
	p->w.c = *c;
	p->w.c.sensor = NULL;
	if (p->w.at.ns == c->start_ns)
		return true;
	TAILQ_REMOVE(&w->places, p, entry);
	p->w.at.ns = c->start_ns;
	sort_in(w, p);
	return true;
}

bool
wait_has(const struct wait *w, const struct connection *c)
{
	const struct ends ends = ends_of(c);

	return map_get(w->waiting, &ends) != NULL;
}

void
wait_until(struct wait *w, int64_t now_ns, struct alert_sink *out)
{
	struct place *p;

	while ((p = TAILQ_FIRST(&w->places)) != NULL &&
	       span_ns(p->w.at.ns, now_ns) >= w->delay_ns)
		let_go(w, p, out);
}

struct wait *
wait_new(wait_fn *judge, void *self, int64_t delay_ns)
{
	struct wait *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->judge = judge;
	w->self = self;
	w->delay_ns = delay_ns;
	TAILQ_INIT(&w->places);
	w->waiting =
	    map_new(sizeof(struct ends), sizeof(struct place), WAIT_MAX);
	if (w->waiting == NULL) {
		wait_free(w);
		return NULL;
	}
	return w;
}

void
wait_free(struct wait *w)
{
	if (w == NULL)
		return;
	map_free(w->waiting);
	free(w);
}

void
wait_save(const struct wait *w, struct wr *to)
{
	map_save(w->waiting, SIZE_MAX, to);
}

/* Where the others are is read as it lay in memory, and set anew. */
int
wait_load(struct wait *w, struct rd *r)
{
	struct place *p;

	if (map_load(w->waiting, r) == -1)
		return -1;
	for (p = map_oldest(w->waiting); p != NULL;
	     p = map_younger(w->waiting, p))
		sort_in(w, p);
	return 0;
}
