/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alert_fields.h"
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/known.h"
#include "aggregator/correlate/option.h"
#include "aggregator/correlate/party.h"
#include "aggregator/correlate/sharing.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>
#include <string.h>

/*
 * Whom one honeypot called, 250 bytes, and whom more than one did, 3.3 kB:
 * apart, so that a honeypot that sweeps does not make the others' friends
 * forgotten.  16 and 14 MB.
 */
#define SINGLE_MAX (1 << 16)
#define SHARED_MAX (1 << 12)

/* What is older than this waits for no straggler any more. */
#define SURE_NS (2 * STRAGGLERS_NS)

/* A key without holes.  What relays for visitors is a thing of its own. */
struct peer_key {
	struct addr peer; /* counted */
	uint32_t port, relay;
};

struct settings {
	int64_t window_ns;
};

static const struct option options[] = {
    {"window", OPTION_DURATION, 24 * NS_PER_HOUR, 60 * NS_PER_SEC,
	30 * NS_PER_DAY, offsetof(struct settings, window_ns)},
    {0},
};

struct shared_peer {
	struct settings set;
	const struct site *site;
	struct map *single;  /* struct peer_key -> struct sharer */
	struct map *shared;  /* struct peer_key -> struct sharing */
	struct map *waiting; /* struct peer_key of shared, a set */
	struct sensors *sensors;
	uint64_t left_out; /* honeypots */
};

static void
shared_peer_free(void *self)
{
	struct shared_peer *s = self;

	map_free(s->single);
	map_free(s->shared);
	map_free(s->waiting);
	sensors_free(s->sensors);
	free(s);
}

static void *
shared_peer_new(const struct site *site, const void *set)
{
	struct shared_peer *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->set = *(const struct settings *)set;
	s->site = site;
	s->single =
	    map_new(sizeof(struct peer_key), sizeof(struct sharer), SINGLE_MAX);
	s->shared = map_new(
	    sizeof(struct peer_key), sizeof(struct sharing), SHARED_MAX);
	s->waiting = map_new(sizeof(struct peer_key), 0, SHARED_MAX);
	s->sensors = sensors_new();
	if (s->single == NULL || s->shared == NULL || s->waiting == NULL ||
	    s->sensors == NULL) {
		shared_peer_free(s);
		return NULL;
	}
	return s;
}

/* Whether honeypots have no business with such servers at all. */
static bool
is_suspicious(const struct shared_peer *s, uint32_t port)
{
	return site_in_class(s->site, "ssh", (uint16_t)port) ||
	       site_in_class(s->site, "irc", (uint16_t)port) ||
	       site_in_class(s->site, "irc-weak", (uint16_t)port);
}

/* Whether what was told of 'c' before is still told of: the alert is open. */
static bool
is_told(const struct connection *c, const struct alert_sink *out)
{
	const struct alert *a = alerts_get(
	    out, &c->client.primary, &c->server.addr, c->server_port);

	return a != NULL && span_ns(a->last_ns, c->start_ns) <= out->quiet_ns;
}

/* 'c', and all who share it, as far as that was not told. */
static void
raise_all(struct shared_peer *s, struct sharing *k, const struct connection *c,
    enum severity severity, struct alert_sink *out)
{
	bool told = is_told(c, out);

	sharing_sort(k);
	for (uint32_t i = 0; i < k->n; i++) {
		struct sharer *x = &k->by[i];

		if (!sharing_is_near(x, c->start_ns, s->set.window_ns) ||
		    (told && x->told >= severity &&
			!addr_eq(&x->honeypot, &c->client.primary)))
			continue;
		sharer_raise(x, s->site, s->sensors, severity, out);
		x->told = severity;
	}
}

/* One for whom there is no room is counted all the same. */
static void
raise_other(struct shared_peer *s, const struct connection *c,
    enum severity severity, struct alert_sink *out)
{
	struct sharer x;

	sharer_set(&x, c, s->sensors);
	sharer_raise(&x, s->site, s->sensors, severity, out);
	s->left_out++;
}

/* --- whether one of them was suspect -------------------------------------- */

static bool
was_suspect(const struct sharer *x, int64_t by_ns, const struct alert_sink *out,
    int64_t *since_ns)
{
	if (!alerts_suspect(out->alerts, &x->honeypot, since_ns))
		return false;
	return *since_ns == TIME_NONE || by_ns == TIME_NONE ||
	       *since_ns <= by_ns;
}

/* Whether one of those who share it at 'time_ns' was suspect by 'by_ns', and
 * since when the first of them was. */
static bool
one_was_suspect(const struct shared_peer *s, const struct sharing *k,
    int64_t time_ns, int64_t by_ns, const struct alert_sink *out,
    int64_t *since_ns)
{
	bool found = false;
	int64_t since;

	*since_ns = TIME_NONE;
	for (uint32_t i = 0; i < k->n; i++)
		if (sharing_is_near(&k->by[i], time_ns, s->set.window_ns) &&
		    was_suspect(&k->by[i], by_ns, out, &since)) {
			*since_ns = span_earlier(*since_ns, since);
			found = true;
		}
	return found;
}

/*
 * What the suspect one shares is the intruder's; who shares it with him may
 * be his, or not.  But what half of the honeypots used before anybody was
 * suspect is what all use: a mirror.
 */
static void
judge(struct shared_peer *s, const struct peer_key *key, struct sharing *k,
    int64_t time_ns, int64_t by_ns, struct alert_sink *out)
{
	int64_t since;

	if (!one_was_suspect(s, k, time_ns, by_ns, out, &since) ||
	    known_half_use(out->known, &key->peer, (uint16_t)key->port, since))
		return;
	sharing_sort(k);
	for (uint32_t i = 0; i < k->n; i++)
		if (sharing_is_near(&k->by[i], time_ns, s->set.window_ns))
			sharer_raise(&k->by[i], s->site, s->sensors,
			    was_suspect(&k->by[i], by_ns, out, &since)
				? SEVERITY_COMPROMISED
				: SEVERITY_SUSPECT,
			    out);
}

static void
judge_until(struct shared_peer *s, const struct peer_key *key,
    struct sharing *k, int64_t time_ns, struct alert_sink *out)
{
	int64_t t;

	while (sharing_next(k, &t) && span_ns(t, time_ns) >= STRAGGLERS_NS) {
		sharing_take(k);
		judge(s, key, k, t, t, out);
	}
}

/* At once by what nothing late can undo, and again once all is there. */
static void
judge_twice(struct shared_peer *s, const struct peer_key *key,
    struct sharing *k, int64_t time_ns, struct alert_sink *out)
{
	bool is_new;
	int64_t t;

	if (time_ns == TIME_NONE) {
		judge(s, key, k, time_ns, time_ns, out);
		return;
	}
	judge(s, key, k, time_ns, span_from(time_ns, -SURE_NS), out);
	if (sharing_is_full(k) && sharing_next(k, &t)) {
		sharing_take(k);
		judge(s, key, k, t, t, out);
	}
	sharing_wait(k, time_ns);
	map_put(s->waiting, key, &is_new);
}

/* --- putting -------------------------------------------------------------- */

/* NULL: nobody else was there. */
static struct sharing *
share(struct shared_peer *s, const struct peer_key *key,
    const struct connection *c)
{
	struct sharing *k = map_get(s->shared, key);
	struct sharer *first;
	bool is_new;

	if (k != NULL)
		return k;
	first = map_put(s->single, key, &is_new);
	map_touch(s->single, first);
	if (is_new) {
		sharer_set(first, c, s->sensors);
		return NULL;
	}
	if (addr_eq(&first->honeypot, &c->client.primary)) {
		sharer_put(first, c, s->set.window_ns, s->sensors);
		return NULL;
	}
	if (!sharing_is_near(first, c->start_ns, s->set.window_ns)) {
		if (c->start_ns > first->last.start_ns)
			sharer_set(first, c, s->sensors);
		return NULL;
	}
	k = map_put(s->shared, key, &is_new);
	k->by[k->n++] = *first;
	map_remove(s->single, first);
	return k;
}

static void
connection(void *self, const struct connection *c, enum connection_event event,
    struct alert_sink *out)
{
	struct shared_peer *s = self;
	const struct peer_key key = {
	    party_counted(&c->server.addr), c->server_port, c->relay};
	struct sharing *k;
	bool bad = is_suspicious(s, c->server_port), is_kept;
	enum severity severity = bad ? SEVERITY_COMPROMISED : SEVERITY_NOTICE;

	(void)event;
	if (c->expected || (k = share(s, &key, c)) == NULL)
		return;
	map_touch(s->shared, k);
	is_kept = sharing_put(k, c, s->set.window_ns, s->sensors);
	if (sharing_near(k, c->start_ns, s->set.window_ns) < 2)
		return;
	raise_all(s, k, c, severity, out);
	if (!is_kept)
		raise_other(s, c, severity, out);
	if (!bad && !c->relay)
		judge_twice(s, &key, k, c->start_ns, out);
}

static void
tick(void *self, int64_t now_ns, struct alert_sink *out)
{
	struct shared_peer *s = self;
	void *at = map_oldest(s->waiting), *next;

	for (; at != NULL; at = next) {
		const struct peer_key *key = map_key(s->waiting, at);
		struct sharing *k = map_get(s->shared, key);

		next = map_younger(s->waiting, at);
		if (k != NULL)
			judge_until(s, key, k, now_ns, out);
		if (k == NULL || k->n_waiting == 0)
			map_remove(s->waiting, at);
	}
}

static void
text(const void *self, const struct alert *a, char out[static ALERT_TEXT_MAX])
{
	const struct shared_peer *s = self;

	sharing_text(s->site, a, out);
}

static void
save(const void *self, struct wr *w)
{
	const struct shared_peer *s = self;

	wr_u64(w, s->left_out);
	sensors_save(s->sensors, w);
	map_save(s->single, SIZE_MAX, w);
	map_save(s->shared, SIZE_MAX, w);
	map_save(s->waiting, SIZE_MAX, w);
}

static int
load(void *self, struct rd *r)
{
	struct shared_peer *s = self;

	s->left_out = rd_u64(r);
	if (sensors_load(s->sensors, r) == -1 || map_load(s->single, r) == -1 ||
	    map_load(s->shared, r) == -1)
		return -1;
	return map_load(s->waiting, r);
}

static uint64_t
evicted(const void *self)
{
	const struct shared_peer *s = self;

	return s->left_out + map_evicted(s->single) + map_evicted(s->shared);
}

const struct detector detect_shared_peer = {
    .name = "shared-peer",
    .doc = "Two honeypots or more began unexplained connections to the same "
	   "port of a host outside within a day.",
    .options = options,
    .per_peer = true,
    .shared = true,
    .hearsay = true,
    .events = 1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |
	      1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL,
    .directions = 1U << DIRECTION_OUT,
    .new = shared_peer_new,
    .free = shared_peer_free,
    .connection = connection,
    .tick = tick,
    .passed = tick,
    .text = text,
    .version = 2,
    .save = save,
    .load = load,
    .evicted = evicted,
};
