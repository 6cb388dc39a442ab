/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/gaps.h"
#include "aggregator/correlate/known.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/sighting.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/vector.h"
#include "common/wr.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * 600 bytes a (honeypot, peer, port), used as far as they fill: 20 MB.
 */
#define BEATS_MAX (1 << 15)
/* Of one that come within half a second: of more the first are judged before
 * their time. */
#define WAITING_MAX 4
/* Rhythms that are judged when their time comes; of more those that are there
 * for longest are judged before it.  Time comes ten times a second, or with
 * each record where clocks differ. */
#define DUE_MAX 1024

/* A key without holes. */
struct beat_key {
	struct addr honeypot, peer; /* primary, counted */
	uint64_t port;
};

/*
 * A connection that comes late can undo a rhythm: they are judged in order of
 * their times, once nothing earlier is expected.
 */
struct beats {
	struct gaps gaps;
	struct sighting waiting[WAITING_MAX]; /* in order of time */
	uint64_t n_waiting;
};

struct settings {
	int64_t connections, deviation, burst_ns;
};

static const struct option options[] = {
    {"connections", OPTION_COUNT, 6, 4, GAPS_TIMES_MAX,
	offsetof(struct settings, connections)},
    {"burst", OPTION_DURATION, 5 * NS_PER_SEC, 0, NS_PER_HOUR,
	offsetof(struct settings, burst_ns)},
    {"deviation-percent", OPTION_COUNT, 10, 1, 50,
	offsetof(struct settings, deviation)},
    {0},
};

struct beacon {
	struct settings set;
	const struct site *site;
	struct map *beats;   /* struct beat_key -> struct beats */
	struct map *waiting; /* struct beat_key, a set: may be a rhythm soon */
	struct sensors *sensors;
};

static void
beacon_free(void *self)
{
	struct beacon *s = self;

	map_free(s->beats);
	map_free(s->waiting);
	sensors_free(s->sensors);
	free(s);
}

static void *
beacon_new(const struct site *site, const void *set)
{
	struct beacon *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->set = *(const struct settings *)set;
	s->site = site;
	s->beats =
	    map_new(sizeof(struct beat_key), sizeof(struct beats), BEATS_MAX);
	s->waiting = map_new(sizeof(struct beat_key), 0, DUE_MAX);
	s->sensors = sensors_new();
	if (s->beats == NULL || s->waiting == NULL || s->sensors == NULL) {
		beacon_free(s);
		return NULL;
	}
	return s;
}

/* --- judging --- */

/* suspect_ns: when the rhythm was there. */
static void
raise_one(const struct connection *c, enum severity severity,
    int64_t suspect_ns, struct alert_sink *out)
{
	const struct finding f = {
	    .severity = severity,
	    .honeypot = &c->client,
	    .peer = &c->server.addr,
	    .port = c->server_port,
	    .connection = c,
	    .event = CONNECTION_NEW,
	    .suspect_ns = suspect_ns,
	};

	alerts_raise(out, &f);
}

/* All of the rhythm that were not told yet; of earlier ones the time is all
 * that is remembered. */
static void
raise_all(struct beacon *s, struct gaps *g, const struct sighting *last,
    struct alert_sink *out)
{
	struct connection c;
	enum severity severity = SEVERITY_SUSPECT;

	sighting_get(last, s->site, s->sensors, &c);
	if (known_half_use(
		out->known, &c.server.addr, c.server_port, c.start_ns))
		severity = SEVERITY_NOTICE;
	for (uint32_t i = 0; i < g->n; i++) {
		if (g->told & 1U << i)
			continue;
		g->told |= 1U << i;
		c.start_ns = c.last_ns = g->t[i];
		raise_one(&c, severity, last->start_ns, out);
	}
}

static void
judge_first(struct beacon *s, struct beats *k, struct alert_sink *out)
{
	const struct sighting first = k->waiting[0];

	for (uint64_t i = 1; i < k->n_waiting; i++)
		k->waiting[i - 1] = k->waiting[i];
	k->n_waiting--;
	/* Six pages of a mirror in a row, in even steps, are one visit.  Of
	 * a faster rhythm some are left out, in a rhythm. */
	if (k->gaps.n > 0 &&
	    span_ns(gaps_last(&k->gaps), first.start_ns) < s->set.burst_ns)
		return;
	/* A rhythm of days is none. */
	if (span_ns(gaps_last(&k->gaps), first.start_ns) > out->quiet_ns)
		k->gaps = (struct gaps){.n = 0};
	gaps_put(&k->gaps, first.start_ns);
	if (k->gaps.n >= (uint32_t)s->set.connections &&
	    gaps_are_even(&k->gaps, (uint32_t)s->set.deviation))
		raise_all(s, &k->gaps, &first, out);
}

static void
judge_until(
    struct beacon *s, struct beats *k, int64_t time_ns, struct alert_sink *out)
{
	while (k->n_waiting > 0 &&
	       span_ns(k->waiting[0].start_ns, time_ns) >= STRAGGLERS_NS)
		judge_first(s, k, out);
}

/* --- waiting --- */

static void
sort_in(struct beats *k, uint64_t i)
{
	for (; i > 0 && k->waiting[i - 1].start_ns > k->waiting[i].start_ns;
	     i--) {
		struct sighting x = k->waiting[i];

		k->waiting[i] = k->waiting[i - 1];
		k->waiting[i - 1] = x;
	}
}

static void
judge_oldest(struct beacon *s, struct alert_sink *out)
{
	void *at = map_oldest(s->waiting);
	struct beats *k = map_get(s->beats, map_key(s->waiting, at));

	while (k != NULL && k->n_waiting > 0)
		judge_first(s, k, out);
	map_remove(s->waiting, at);
}

/* Before there are enough of them the next one comes in time to judge them. */
static void
wait_for_others(struct beacon *s, const struct beat_key *key, struct beats *k,
    const struct connection *c, struct alert_sink *out)
{
	bool is_new;

	if (k->n_waiting == WAITING_MAX)
		judge_first(s, k, out);
	sighting_set(&k->waiting[k->n_waiting], c, s->sensors);
	sort_in(k, k->n_waiting++);
	if (k->gaps.n + k->n_waiting < (uint64_t)s->set.connections ||
	    map_get(s->waiting, key) != NULL)
		return;
	if (map_count(s->waiting) == DUE_MAX)
		judge_oldest(s, out);
	map_put(s->waiting, key, &is_new);
}

static void
refine(struct beacon *s, struct beats *k, const struct connection *c)
{
	for (uint64_t i = 0; i < k->n_waiting; i++)
		if (sighting_is_of(&k->waiting[i], c)) {
			sighting_refine(&k->waiting[i], c, s->sensors);
			sort_in(k, i);
			return;
		}
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct beacon *s = self;
	const struct beat_key key = {
	    c->client.primary, party_counted(&c->server.addr), c->server_port};
	struct beats *k;
	bool is_new;

	if (c->expected || c->start_ns == TIME_NONE)
		return;
	if (event != CONNECTION_NEW) {
		k = map_get(s->beats, &key);
		if (k != NULL)
			refine(s, k, c);
		return;
	}
	k = map_put(s->beats, &key, &is_new);
	map_touch(s->beats, k);
	judge_until(s, k, c->start_ns, out);
	wait_for_others(s, &key, k, c, out);
}

static void
tick(void *self, int64_t now_ns, struct alert_sink *out)
{
	struct beacon *s = self;
	void *at = map_oldest(s->waiting), *next;

	for (; at != NULL; at = next) {
		struct beats *k = map_get(s->beats, map_key(s->waiting, at));

		next = map_younger(s->waiting, at);
		if (k != NULL)
			judge_until(s, k, now_ns, out);
		if (k == NULL || k->n_waiting == 0)
			map_remove(s->waiting, at);
	}
}

/* --- the rest --- */

/* "about every 14 h" */
static void
say_gap(const struct alert *a, char *out, size_t size)
{
	int64_t all = span_ns(a->first_ns, a->last_ns);
	int64_t gap = a->count < 2 ? all : all / (int64_t)(a->count - 1);
	char span[SPAN_TEXT_MAX];

	if (gap < NS_PER_SEC)
		snprintf(out, size, "more than one a second");
	else
		snprintf(out, size, "about every %s",
		    span_format(gap + NS_PER_SEC / 2, span));
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	char who[ALERT_WHO_MAX], whom[ADDR_TEXT_MAX], gap[SPAN_TEXT_MAX + 16];

	(void)self;
	alert_who(a, who, sizeof(who));
	say_gap(a, gap, sizeof(gap));
	snprintf(out, ALERT_TEXT_MAX,
	    "%s began %" PRIu64
	    " connections to port %u of %s in a steady rhythm, %s.",
	    who, a->count, a->port, addr_format(&a->peer, whom), gap);
}

static void
save(const void *self, struct wr *w)
{
	const struct beacon *s = self;

	sensors_save(s->sensors, w);
	map_save(s->beats, SIZE_MAX, w);
	map_save(s->waiting, SIZE_MAX, w);
}

static int
load(void *self, struct rd *r)
{
	struct beacon *s = self;

	if (sensors_load(s->sensors, r) == -1 || map_load(s->beats, r) == -1)
		return -1;
	return map_load(s->waiting, r);
}

static uint64_t
evicted(const void *self)
{
	const struct beacon *s = self;

	return map_evicted(s->beats);
}

const struct detector detect_beacon = {
    .name = "beacon",
    .doc = "A honeypot began unexplained connections to one port of a host "
	   "in a steady rhythm.",
    .options = options,
    .per_peer = true,
    .events = 1U << CONNECTION_NEW | 1U << CONNECTION_WITNESS |
	      1U << CONNECTION_DETAIL,
    .directions = 1U << DIRECTION_OUT,
    .new = beacon_new,
    .free = beacon_free,
    .connection = connection,
    .tick = tick,
    .passed = tick,
    .text = text,
    .version = 1,
    .save = save,
    .load = load,
    .evicted = evicted,
};
