/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/table.h"

#include "aggregator/correlate/party.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

static void
fill(struct table *t, const struct tuple *key, const struct folded *in)
{
	struct connection *c = &t->shown;

	party_resolve(t->site, &key->client, &c->client);
	party_resolve(t->site, &key->server, &c->server);
	c->client_port = key->client_port;
	c->server_port = key->server_port;
	c->direction = in->direction;
	c->start_ns = in->start_ns;
	c->last_ns = in->last_ns;
	c->attempts = in->seen.attempts;
	c->outcome = in->outcome;
	c->uid = in->uid;
	c->has_uid = in->has_uid;
	c->guessed = in->guessed;
	c->has_counts = in->has_counts;
	c->packets_out = in->packets_out;
	c->octets_out = in->octets_out;
	c->packets_in = in->packets_in;
	c->octets_in = in->octets_in;
	c->expected = in->expected;
	c->relay = in->has_uid && in->direction != DIRECTION_IN &&
		   site_relays(t->site, &key->client, in->uid);
	c->sensor = t->sensor;
	c->hook = t->hook;
	c->witnesses.n = 0;
	for (uint32_t i = 0; i < in->seen.n; i++)
		sensors_add_name(
		    t->sensors, in->seen.by[i].sensor, &c->witnesses);
}

/* It was over when no answer was waited for any more. */
static bool
is_unanswered(
    const struct table *t, const struct tuple *key, const struct connection *c)
{
	int64_t until = span_from(c->last_ns, ATTEMPT_GAP_NS);

	return c->outcome == OUTCOME_UNKNOWN && !c->guessed &&
	       replying_is_seen(
		   t->replying, t->site, &key->server, &key->client, until);
}

void
table_tell(struct table *t, const struct tuple *key, const struct folded *c,
    enum connection_event event)
{
	if (!(t->sink.events & 1U << event))
		return;
	fill(t, key, c);
	if (event == CONNECTION_END && is_unanswered(t, key, &t->shown))
		t->shown.outcome = OUTCOME_UNANSWERED;
	t->sink.event(t->sink.arg, &t->shown, event);
}

static void
evicted(void *arg, const void *key, void *value)
{
	table_tell(arg, key, value, CONNECTION_END);
}

static struct map *
map_of(const struct table *t, const struct tuple *key)
{
	return site_honeynet(t->site, &key->client) != NULL ? t->going
							    : t->coming;
}

bool
table_is_own(const struct table *t, const struct tuple *key)
{
	return map_of(t, key) == t->going &&
	       party_same(t->site, &key->client, &key->server);
}

void
table_prefetch(const struct table *t, const struct tuple *key)
{
	map_prefetch(map_of(t, key), key);
}

struct folded *
table_find(
    struct table *t, const struct tuple *key, int64_t time_ns, int64_t slack_ns)
{
	struct map *m = map_of(t, key);
	struct folded *c = map_get(m, key);

	if (c == NULL || !span_near(time_ns, c->start_ns, c->last_ns, slack_ns))
		return NULL;
	if (c->touched_ns != t->clock_ns) {
		c->touched_ns = t->clock_ns;
		map_touch(m, c);
	}
	return c;
}

struct folded *
table_open(struct table *t, const struct tuple *key)
{
	struct map *m = map_of(t, key);
	bool is_new;
	struct folded *c = map_put(m, key, &is_new);

	if (!is_new) {
		table_tell(t, key, c, CONNECTION_END);
		map_touch(m, c);
	}
	*c = (struct folded){
	    .touched_ns = t->clock_ns,
	    .direction =
		(uint8_t)site_direction(t->site, &key->client, &key->server),
	};
	return c;
}

static void
end(struct table *t, struct map *m, struct folded *c)
{
	table_tell(t, map_key(m, c), c, CONNECTION_END);
	map_remove(m, c);
}

static void
expire(struct table *t, struct map *m)
{
	struct folded *c;

	while ((c = map_oldest(m)) != NULL) {
		if (c->touched_ns == TIME_NONE) {
			c->touched_ns = t->clock_ns;
			map_touch(m, c);
			continue;
		}
		if (span_ns(c->touched_ns, t->clock_ns) <= ATTEMPT_GAP_NS)
			return;
		end(t, m, c);
	}
}

void
table_advance(struct table *t, int64_t now_ns)
{
	t->clock_ns = now_ns;
	t->sensor = NULL;
	expire(t, t->coming);
	expire(t, t->going);
}

static void
end_all(struct table *t, struct map *m)
{
	struct folded *c;

	while ((c = map_oldest(m)) != NULL)
		end(t, m, c);
}

void
table_finish(struct table *t)
{
	t->sensor = NULL;
	end_all(t, t->coming);
	end_all(t, t->going);
}

uint64_t
table_evicted(const struct table *t)
{
	return map_evicted(t->coming) + map_evicted(t->going) +
	       replying_evicted(t->replying);
}

int
table_init(struct table *t, const struct site *site,
    const struct fold_sizes *sizes, const struct fold_sink *sink)
{
	*t = (struct table){
	    .site = site,
	    .sink = *sink,
	    .clock_ns = TIME_NONE,
	    .shown = {.proto = PROTO_TCP},
	    .coming = map_new(
		sizeof(struct tuple), sizeof(struct folded), sizes->coming),
	    .going = map_new(
		sizeof(struct tuple), sizeof(struct folded), sizes->going),
	    .replying = replying_new(sizes->replying),
	    .sensors = sensors_new(),
	};
	if (t->coming == NULL || t->going == NULL || t->replying == NULL ||
	    t->sensors == NULL)
		return -1;
	map_on_evict(t->coming, evicted, t);
	map_on_evict(t->going, evicted, t);
	return 0;
}

void
table_fini(struct table *t)
{
	map_free(t->coming);
	map_free(t->going);
	replying_free(t->replying);
	sensors_free(t->sensors);
}

void
table_save(const struct table *t, struct wr *w)
{
	wr_i64(w, t->clock_ns);
	sensors_save(t->sensors, w);
	replying_save(t->replying, w);
	map_save(t->coming, TABLE_SAVED, w);
	map_save(t->going, TABLE_SAVED, w);
}

int
table_load(struct table *t, struct rd *r)
{
	t->clock_ns = rd_i64(r);
	if (sensors_load(t->sensors, r) == -1 ||
	    replying_load(t->replying, r) == -1 || map_load(t->coming, r) == -1)
		return -1;
	return map_load(t->going, r);
}
