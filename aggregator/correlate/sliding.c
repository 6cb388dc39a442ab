/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/span.h"
#include "aggregator/correlate/sliding_internal.h"
#include "common/map.h"

#include <stdlib.h>

/* How late a sensor that was away may bring what it saw. */
#define LATE_NS NS_PER_HOUR

/* --- memory ----------------------------------------------------------------
 */

static void
release(struct sliding *w, struct counting *k)
{
	w->n_events -= k->list.n;
	sliding_list_fini(&k->list);
}

/* Whether something of 'k' might still have counted. */
static bool
is_alive(const struct sliding *w, const struct counting *k)
{
	return k->list.n > 0 && span_ns(k->newest_ns, w->newest_ns) <=
				    w->span_ns + STRAGGLERS_NS;
}

static void
evicted(void *arg, const void *key, void *value)
{
	struct sliding *w = arg;

	(void)key;
	w->evicted += is_alive(w, value);
	release(w, value);
}

static void
evicted_over(void *arg, const void *key, void *value)
{
	struct sliding *w = arg;
	const struct over *o = value;

	(void)key;
	w->evicted += span_ns(o->newest_ns, w->newest_ns) <= w->quiet_ns;
}

/* Other keys give way, the longest quiet ones first. */
static void
make_room(struct sliding *w, const struct counting *k)
{
	struct counting *old;

	while (w->n_events >= w->max_events &&
	       (old = map_oldest(w->counting)) != NULL && old != k) {
		evicted(w, NULL, old);
		map_remove(w->counting, old);
	}
}

/*
 * Twice what cannot be over the threshold, with both ends of each; and what
 * comes at once.
 */
static uint32_t
most(uint32_t need)
{
	return 4 * need + 64;
}

static void
bound(struct sliding *w, struct counting *k, const struct sliding_put *p)
{
	int64_t settled = span_from(k->newest_ns, -STRAGGLERS_NS);

	sliding_list_thin_out(&k->list, p->what, w->span_ns, settled);
	if (k->list.n < most(p->need))
		return;
	sliding_list_thin_out(&k->list, p->what, w->span_ns, INT64_MAX);
	if (k->list.n < most(p->need))
		return;
	sliding_list_remove(&k->list, 0);
	w->evicted++;
}

/* --- the threshold ----------------------------------------------------------
 */

/* The earliest v that what came at 'time_ns' may have made. */
static void
look(struct sliding *w, struct counting *k, int64_t time_ns, uint32_t need)
{
	for (uint32_t i = 0; i < k->list.n; i++) {
		int64_t v = k->list.e[i].s.start_ns;

		if (v < time_ns)
			continue;
		if (span_ns(time_ns, v) > w->span_ns ||
		    (k->over_ns != TIME_NONE && v >= k->over_ns))
			return;
		if (sliding_list_different(&k->list, i, w->span_ns) >= need) {
			k->over_ns = v;
			return;
		}
	}
}

static bool
counts(const struct sliding *w, int64_t over_ns, int64_t time_ns)
{
	return over_ns != TIME_NONE && span_ns(time_ns, over_ns) <= w->span_ns;
}

/* All that is in the list and counts now, in order of time. */
static void
tell_all(struct sliding *w, struct counting *k, const struct sliding_put *p)
{
	struct connection c;

	for (uint32_t i = 0; i < k->list.n; i++) {
		struct sliding_event *e = &k->list.e[i];

		if (e->counts || !counts(w, k->over_ns, e->s.start_ns))
			continue;
		e->counts = 1;
		sighting_get(&e->s, w->site, w->sensors, &c);
		p->fn(p->arg, &c, &e->what, k->over_ns, CONNECTION_NEW);
	}
}

/* 'c' itself, as it would be remembered.  An attempt says nothing of the
 * beginning: that connection may be one that was thinned out. */
static void
tell_one(struct sliding *w, int64_t over_ns, const struct sliding_put *p)
{
	struct sighting s;
	struct connection c;

	sighting_set(&s, p->connection, w->sensors);
	if (p->event == CONNECTION_ATTEMPT)
		s.start_ns = s.last_ns;
	sighting_get(&s, w->site, w->sensors, &c);
	p->fn(p->arg, &c, p->what, over_ns, p->event);
}

/* --- putting ----------------------------------------------------------------
 */

static void
put_new(struct sliding *w, struct counting *k, const struct sliding_put *p)
{
	struct sliding_event e = {.what = *p->what};

	make_room(w, k);
	sighting_set(&e.s, p->connection, w->sensors);
	if (sliding_list_put(&k->list, &e))
		bound(w, k, p);
	else
		w->evicted++;
}

/* Returns whether something changed that the threshold depends on. */
static bool
put_again(struct sliding *w, struct counting *k, const struct sliding_put *p)
{
	uint32_t i = sliding_list_find(&k->list, p->connection);
	struct sliding_event e;

	if (i == k->list.n) {
		/* The middle one of three, or too old. */
		if (counts(w, k->over_ns, p->connection->start_ns))
			tell_one(w, k->over_ns, p);
		return false;
	}
	e = k->list.e[i];
	if (e.counts)
		tell_one(w, k->over_ns, p);
	if (!sighting_refine(&e.s, p->connection, w->sensors)) {
		k->list.e[i] = e;
		return false;
	}
	sliding_list_remove(&k->list, i);
	sliding_list_put(&k->list, &e);
	return true;
}

static void
put_counting(struct sliding *w, struct counting *k, const struct sliding_put *p)
{
	int64_t t = p->connection->start_ns;
	uint32_t n = k->list.n;
	bool look_again = true;

	if (p->event == CONNECTION_NEW)
		put_new(w, k, p);
	else
		look_again = put_again(w, k, p);
	w->n_events += k->list.n - n;
	if (look_again && (k->over_ns == TIME_NONE || t < k->over_ns))
		look(w, k, t, p->need);
	tell_all(w, k, p);
}

static void
put_over(struct sliding *w, struct over *o, const struct sliding_put *p)
{
	if (!counts(w, o->over_ns, p->connection->start_ns))
		return;
	o->newest_ns = span_later(o->newest_ns, p->connection->start_ns);
	o->touched_ns = w->clock_ns;
	map_touch(w->over, o);
	tell_one(w, o->over_ns, p);
}

/* 'k' is over it for good. */
static struct over *
settle(struct sliding *w, struct counting *k)
{
	bool is_new;
	struct over *o = map_put(w->over, map_key(w->counting, k), &is_new);

	*o = (struct over){k->over_ns, k->newest_ns, k->touched_ns};
	release(w, k);
	map_remove(w->counting, k);
	return o;
}

static struct over *
find_over(struct sliding *w, const struct sliding_key *key, int64_t time_ns)
{
	struct over *o = map_count(w->over) == 0 ? NULL : map_get(w->over, key);

	if (o == NULL || span_ns(o->newest_ns, time_ns) <= w->quiet_ns)
		return o;
	map_remove(w->over, o);
	return NULL;
}

static struct counting *
find_counting(struct sliding *w, const struct sliding_key *key, int64_t time_ns,
    enum connection_event event)
{
	struct counting *k = map_get(w->counting, key);
	bool is_new;

	if (k == NULL && event != CONNECTION_NEW)
		return NULL;
	if (k == NULL) {
		k = map_put(w->counting, key, &is_new);
		k->over_ns = TIME_NONE;
		k->newest_ns = time_ns;
	} else if (span_ns(k->newest_ns, time_ns) > w->quiet_ns) {
		release(w, k);
		k->over_ns = TIME_NONE;
	}
	map_touch(w->counting, k);
	k->touched_ns = w->clock_ns;
	k->newest_ns = span_later(k->newest_ns, time_ns);
	w->newest_ns = span_later(w->newest_ns, time_ns);
	w->n_events -= k->list.n;
	sliding_list_prune(&k->list, k->newest_ns, w->span_ns + STRAGGLERS_NS);
	w->n_events += k->list.n;
	return k;
}

void
sliding_put(struct sliding *w, const struct sliding_put *p)
{
	int64_t t = p->connection->start_ns;
	struct counting *k;
	struct over *o;

	w->quiet_ns = p->quiet_ns;
	if (t == TIME_NONE)
		return;
	o = find_over(w, &p->key, t);
	if (o != NULL) {
		put_over(w, o, p);
		return;
	}
	k = find_counting(w, &p->key, t, p->event);
	if (k == NULL)
		return;
	if (k->over_ns != TIME_NONE &&
	    span_ns(k->over_ns, k->newest_ns) > STRAGGLERS_NS)
		put_over(w, settle(w, k), p);
	else
		put_counting(w, k, p);
}

/* --- life -------------------------------------------------------------------
 */

/* How long ago by the clock, which runs from the first tick on. */
static int64_t
age(const struct sliding *w, int64_t *touched_ns)
{
	if (*touched_ns == TIME_NONE)
		*touched_ns = w->clock_ns;
	return span_ns(*touched_ns, w->clock_ns);
}

/* By the clock and not by the connections' own times: a sensor that was away
 * for a while may bring much at once. */
void
sliding_tick(struct sliding *w, int64_t now_ns)
{
	struct counting *k;
	struct over *o;

	if (now_ns == INT64_MAX || now_ns <= w->clock_ns)
		return;
	w->clock_ns = now_ns;
	while ((k = map_oldest(w->counting)) != NULL &&
	       age(w, &k->touched_ns) > w->span_ns + LATE_NS) {
		if (k->over_ns != TIME_NONE) {
			settle(w, k);
			continue;
		}
		release(w, k);
		map_remove(w->counting, k);
	}
	while ((o = map_oldest(w->over)) != NULL &&
	       age(w, &o->touched_ns) > w->quiet_ns)
		map_remove(w->over, o);
}

uint64_t
sliding_evicted(const struct sliding *w)
{
	return w->evicted;
}

struct sliding *
sliding_new(const struct site *site, const struct sliding_sizes *sizes,
    int64_t width_ns)
{
	struct sliding *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->site = site;
	w->span_ns = width_ns;
	w->newest_ns = w->clock_ns = TIME_NONE;
	w->max_events = sizes->events;
	w->counting = map_new(
	    sizeof(struct sliding_key), sizeof(struct counting), sizes->keys);
	w->over = map_new(
	    sizeof(struct sliding_key), sizeof(struct over), sizes->keys);
	w->sensors = sensors_new();
	if (w->counting == NULL || w->over == NULL || w->sensors == NULL) {
		sliding_free(w);
		return NULL;
	}
	map_on_evict(w->counting, evicted, w);
	map_on_evict(w->over, evicted_over, w);
	return w;
}

void
sliding_free(struct sliding *w)
{
	if (w == NULL)
		return;
	if (w->counting != NULL)
		for (struct counting *k = map_oldest(w->counting); k != NULL;
		     k = map_younger(w->counting, k))
			sliding_list_fini(&k->list);
	map_free(w->counting);
	map_free(w->over);
	sensors_free(w->sensors);
	free(w);
}
