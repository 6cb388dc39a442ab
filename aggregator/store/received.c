/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/received.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TAILQ_HEAD(run_list, received_run);

struct received_sensor {
	char name[SITE_NAME_MAX];
	size_t runs, ranges; /* ranges: what there is room for */
	struct received_sensor *next;
};

struct received {
	struct received_run **bucket;
	size_t buckets, n; /* a power of two */
	struct received_sensor *sensors;
	struct run_list all, changed;
	/* A run is 16 bytes that a stranger chose. */
	uint8_t key[crypto_shorthash_KEYBYTES];
};

struct received *
received_new(void)
{
	struct received *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->buckets = 64;
	s->bucket = calloc(s->buckets, sizeof(*s->bucket));
	if (s->bucket == NULL) {
		free(s);
		return NULL;
	}
	TAILQ_INIT(&s->all);
	TAILQ_INIT(&s->changed);
	randombytes_buf(s->key, sizeof(s->key));
	return s;
}

static void
run_free(struct received_run *r)
{
	sequences_fini(&r->done);
	sequences_fini(&r->pending);
	free(r);
}

void
received_free(struct received *s)
{
	struct received_sensor *sensor;
	struct received_run *r;

	if (s == NULL)
		return;
	while ((r = TAILQ_FIRST(&s->all)) != NULL) {
		TAILQ_REMOVE(&s->all, r, all);
		run_free(r);
	}
	while ((sensor = s->sensors) != NULL) {
		s->sensors = sensor->next;
		free(sensor);
	}
	free(s->bucket);
	free(s);
}

static size_t
bucket_of(
    const struct received *s, const char *sensor, const struct run_id *run)
{
	uint8_t text[SITE_NAME_MAX + WIRE_RUN_BYTES], out[8];
	size_t len = strnlen(sensor, SITE_NAME_MAX - 1);
	uint64_t h;

	memcpy(text, run->b, WIRE_RUN_BYTES);
	memcpy(text + WIRE_RUN_BYTES, sensor, len);
	crypto_shorthash(out, text, WIRE_RUN_BYTES + len, s->key);
	memcpy(&h, out, sizeof(h));
	return h & (s->buckets - 1);
}

static struct received_run *
lookup(const struct received *s, const char *sensor, const struct run_id *run)
{
	struct received_run *r = s->bucket[bucket_of(s, sensor, run)];

	while (r != NULL && (memcmp(&r->run, run, sizeof(*run)) != 0 ||
				strcmp(r->sensor, sensor) != 0))
		r = r->chain;
	return r;
}

const struct received_run *
received_get(
    const struct received *s, const char *sensor, const struct run_id *run)
{
	return lookup(s, sensor, run);
}

/* Twice the buckets, when there is memory for them. */
static void
grow(struct received *s)
{
	struct received_run **more = calloc(2 * s->buckets, sizeof(*more)), *r;

	if (more == NULL)
		return;
	free(s->bucket);
	s->bucket = more;
	s->buckets *= 2;
	TAILQ_FOREACH (r, &s->all, all) {
		size_t at = bucket_of(s, r->sensor, &r->run);

		r->chain = s->bucket[at];
		s->bucket[at] = r;
	}
}

static struct received_sensor *
find_sensor(const struct received *s, const char *name)
{
	struct received_sensor *x = s->sensors;

	while (x != NULL && strcmp(x->name, name) != 0)
		x = x->next;
	return x;
}

static struct received_sensor *
sensor_make(struct received *s, const char *name)
{
	struct received_sensor *x = find_sensor(s, name);

	if (x != NULL || (x = calloc(1, sizeof(*x))) == NULL)
		return x;
	snprintf(x->name, sizeof(x->name), "%s", name);
	x->next = s->sensors;
	s->sensors = x;
	return x;
}

struct received_run *
received_make(struct received *s, const char *sensor, const struct run_id *run)
{
	struct received_run *r = lookup(s, sensor, run);
	struct received_sensor *of;
	size_t at;

	if (r != NULL || (of = sensor_make(s, sensor)) == NULL)
		return r;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	if (s->n >= s->buckets)
		grow(s);
	snprintf(r->sensor, sizeof(r->sensor), "%s", sensor);
	r->run = *run;
	r->day = INT32_MIN;
	r->of = of;
	at = bucket_of(s, r->sensor, run);
	r->chain = s->bucket[at];
	s->bucket[at] = r;
	TAILQ_INSERT_TAIL(&s->all, r, all);
	of->runs++;
	s->n++;
	return r;
}

bool
received_takes(
    const struct received *s, const char *sensor, const struct run_id *run)
{
	const struct received_run *r = lookup(s, sensor, run);
	const struct received_sensor *of =
	    r == NULL ? find_sensor(s, sensor) : r->of;

	if (of == NULL || of->ranges < SEEN_RANGES_MAX)
		return r != NULL || of == NULL || of->runs < SEEN_RUNS_MAX;
	/* What needs no more memory. */
	return r != NULL && r->pending.n < r->pending.room &&
	       r->done.n + r->pending.n < r->done.room;
}

bool
received_has(const struct received_run *r, uint64_t sequence)
{
	return sequences_have(&r->done, sequence) ||
	       sequences_have(&r->pending, sequence);
}

static void
sums_add(struct received_sums *to, const struct received_sums *x)
{
	if (x->messages == 0)
		return;
	if (to->messages == 0 || x->first_received_ns < to->first_received_ns)
		to->first_received_ns = x->first_received_ns;
	if (to->messages == 0 || x->last_received_ns > to->last_received_ns)
		to->last_received_ns = x->last_received_ns;
	to->messages += x->messages;
	to->records += x->records;
	to->lost += x->lost;
	to->dropped += x->dropped;
}

int
received_put(struct received *s, struct received_run *r, uint64_t first,
    uint64_t last, const struct received_sums *sums)
{
	size_t room = r->done.room + r->pending.room;
	int rc = -1;

	/* Now, so that the commit cannot fail. */
	if (sequences_reserve(&r->done, r->pending.n + 1) == 0)
		rc = sequences_add(&r->pending, first, last);
	r->of->ranges += r->done.room + r->pending.room - room;
	if (rc == -1)
		return -1;
	sums_add(&r->pending_sums, sums);
	if (!r->changed)
		TAILQ_INSERT_TAIL(&s->changed, r, change);
	r->changed = true;
	return 0;
}

static struct received_run *
take_changed(struct received *s)
{
	struct received_run *r = TAILQ_FIRST(&s->changed);

	if (r != NULL) {
		TAILQ_REMOVE(&s->changed, r, change);
		r->changed = false;
	}
	return r;
}

static void
drop_pending(struct received_run *r)
{
	sequences_clear(&r->pending);
	r->pending_sums = (struct received_sums){0};
}

void
received_commit(struct received *s, int32_t day)
{
	struct received_run *r;

	while ((r = take_changed(s)) != NULL) {
		sequences_join(&r->done, &r->pending);
		sums_add(&r->done_sums, &r->pending_sums);
		drop_pending(r);
		if (r->day < day)
			r->day = day;
	}
}

void
received_undo(struct received *s)
{
	struct received_run *r;

	while ((r = take_changed(s)) != NULL)
		drop_pending(r);
}

int
received_each(const struct received *s, received_fn *fn, void *arg)
{
	const struct received_run *r;
	int rc;

	TAILQ_FOREACH (r, &s->all, all)
		if (r->done_sums.messages > 0 && (rc = fn(arg, r)) != 0)
			return rc;
	return 0;
}
