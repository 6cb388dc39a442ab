/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/known.h"

#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>

struct alive {
	int64_t since_ns;
	int64_t n_uses;
};

/* A key without holes. */
struct use_key {
	struct addr honeypot, peer;
	uint64_t port;
};

struct use {
	int64_t first_ns, last_ns;
};

struct known {
	struct map *seen;  /* primary address -> int64_t, since when */
	struct map *alive; /* primary address -> struct alive */
	struct map *uses;  /* struct use_key -> struct use */
	uint32_t uses_each;
	uint64_t left_out;
};

static void
see(struct known *k, const struct addr *honeypot, int64_t time_ns)
{
	int64_t *since = map_get(k->seen, honeypot);
	bool is_new;

	if (since == NULL) {
		since = map_put(k->seen, honeypot, &is_new);
		*since = time_ns;
	}
	if (time_ns < *since)
		*since = time_ns;
	map_touch(k->seen, since);
}

static struct alive *
live(struct known *k, const struct addr *honeypot, int64_t time_ns)
{
	bool is_new;
	struct alive *a = map_put(k->alive, honeypot, &is_new);

	if (is_new || time_ns < a->since_ns)
		a->since_ns = time_ns;
	map_touch(k->alive, a);
	return a;
}

static void
forget_use(struct known *k, const struct use *u)
{
	const struct use_key *key = map_key(k->uses, u);
	struct alive *a = map_get(k->alive, &key->honeypot);

	if (a != NULL && a->n_uses > 0)
		a->n_uses--;
}

static void
evicted(void *arg, const void *key, void *value)
{
	(void)key;
	forget_use(arg, value);
}

static void
use(struct known *k, struct alive *a, const struct connection *c)
{
	const struct use_key key = {
	    c->client.primary, party_counted(&c->server.addr), c->server_port};
	struct use *u = map_get(k->uses, &key);
	bool is_new;

	if (u == NULL) {
		if (a->n_uses >= k->uses_each) {
			k->left_out++;
			return;
		}
		u = map_put(k->uses, &key, &is_new);
		a->n_uses++;
		*u = (struct use){c->start_ns, c->start_ns};
	}
	u->first_ns = span_earlier(u->first_ns, c->start_ns);
	u->last_ns = span_later(u->last_ns, c->start_ns);
	map_touch(k->uses, u);
}

static void
begin(struct known *k, const struct connection *c)
{
	see(k, &c->client.primary, c->start_ns);
	if (c->direction == DIRECTION_OUT)
		use(k, live(k, &c->client.primary, c->start_ns), c);
	else
		live(k, &c->client.primary, c->start_ns);
}

void
known_connection(struct known *k, const struct connection *c)
{
	if (c->start_ns == TIME_NONE || c->direction == DIRECTION_STRAY)
		return;
	if (c->client.home)
		begin(k, c);
	if (!c->server.home)
		return;
	see(k, &c->server.primary, c->start_ns);
	if (c->outcome == OUTCOME_ANSWERED)
		live(k, &c->server.primary, c->start_ns);
}

int64_t
known_since(const struct known *k, const struct addr *honeypot)
{
	const int64_t *since = map_get(k->seen, honeypot);

	return since == NULL ? TIME_NONE : *since;
}

static bool
had_begun(const struct known *k, const struct addr *honeypot,
    const struct addr *peer, uint16_t port, int64_t time_ns)
{
	const struct use_key key = {*honeypot, party_counted(peer), port};
	const struct use *u = map_get(k->uses, &key);

	return u != NULL && u->first_ns <= time_ns;
}

bool
known_half_use(const struct known *k, const struct addr *peer, uint16_t port,
    int64_t time_ns)
{
	size_t alive = 0, using = 0;

	for (const struct alive *a = map_oldest(k->alive); a != NULL;
	     a = map_younger(k->alive, a)) {
		if (a->since_ns > time_ns)
			continue;
		alive++;
		using +=
		    had_begun(k, map_key(k->alive, a), peer, port, time_ns);
	}
	return using > 1 && 2 * using >= alive;
}

void
known_tick(struct known *k, int64_t now_ns)
{
	struct use *u;

	if (now_ns == INT64_MAX)
		return;
	while ((u = map_oldest(k->uses)) != NULL &&
	       span_ns(u->last_ns, now_ns) > KNOWN_USE_NS) {
		forget_use(k, u);
		map_remove(k->uses, u);
	}
}

uint64_t
known_evicted(const struct known *k)
{
	return k->left_out + map_evicted(k->seen) + map_evicted(k->alive) +
	       map_evicted(k->uses);
}

struct known *
known_new(const struct known_sizes *sizes)
{
	struct known *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->uses_each = sizes->uses_each;
	k->seen = map_new(sizeof(struct addr), sizeof(int64_t), sizes->seen);
	k->alive =
	    map_new(sizeof(struct addr), sizeof(struct alive), sizes->alive);
	k->uses =
	    map_new(sizeof(struct use_key), sizeof(struct use), sizes->uses);
	if (k->seen == NULL || k->alive == NULL || k->uses == NULL) {
		known_free(k);
		return NULL;
	}
	map_on_evict(k->uses, evicted, k);
	return k;
}

void
known_free(struct known *k)
{
	if (k == NULL)
		return;
	map_free(k->seen);
	map_free(k->alive);
	map_free(k->uses);
	free(k);
}

void
known_save(const void *known, struct wr *w)
{
	const struct known *k = known;

	wr_u64(w, k->left_out);
	map_save(k->seen, SIZE_MAX, w);
	map_save(k->alive, SIZE_MAX, w);
	map_save(k->uses, SIZE_MAX, w);
}

int
known_load(void *known, struct rd *r)
{
	struct known *k = known;

	k->left_out = rd_u64(r);
	if (map_load(k->seen, r) == -1 || map_load(k->alive, r) == -1)
		return -1;
	return map_load(k->uses, r);
}
