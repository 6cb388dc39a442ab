/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/wait.h"

#include "aggregator/correlate/span.h"
#include "common/map.h"

#include <stdlib.h>

/* A key without holes. */
struct ends {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint32_t zero;
};

struct wait {
	wait_fn *judge;
	void *self;
	int64_t delay_ns;
	struct map *waiting; /* struct ends -> struct waiting */
};

static struct ends
ends_of(const struct connection *c)
{
	return (struct ends){
	    c->client.addr, c->server.addr, c->client_port, c->server_port, 0};
}

/* Of a copy: whoever judges may look here again. */
static void
let_go(struct wait *w, struct waiting *one, struct alert_sink *out)
{
	struct waiting copy = *one;

	map_remove(w->waiting, one);
	w->judge(w->self, &copy, out);
}

void
wait_put(struct wait *w, const struct connection *c, const struct moment *at,
    bool raised, struct alert_sink *out)
{
	const struct ends ends = ends_of(c);
	struct waiting *one = map_get(w->waiting, &ends);
	bool is_new;

	if (one != NULL)
		let_go(w, one, out);
	if (map_count(w->waiting) == WAIT_MAX)
		let_go(w, map_oldest(w->waiting), out);
	one = map_put(w->waiting, &ends, &is_new);
	one->c = *c;
	one->c.sensor = NULL; /* borrowed */
	one->at = *at;
	one->raised = raised;
	if (c->start_ns == TIME_NONE)
		let_go(w, one, out);
}

bool
wait_change(struct wait *w, const struct connection *c)
{
	const struct ends ends = ends_of(c);
	struct waiting *one;

	if (map_count(w->waiting) == 0 ||
	    (one = map_get(w->waiting, &ends)) == NULL)
		return false;
	one->c = *c;
	one->c.sensor = NULL;
	return true;
}

void
wait_until(struct wait *w, int64_t now_ns, struct alert_sink *out)
{
	struct waiting *one;

	while ((one = map_oldest(w->waiting)) != NULL &&
	       span_ns(one->at.ns, now_ns) >= w->delay_ns)
		let_go(w, one, out);
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
	w->waiting =
	    map_new(sizeof(struct ends), sizeof(struct waiting), WAIT_MAX);
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

int
wait_load(struct wait *w, struct rd *r)
{
	return map_load(w->waiting, r);
}
