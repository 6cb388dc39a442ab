/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

/*
 * How far back the correlator's memory reaches where it was not kept: the
 * windows of the detectors are a day long, a vector's day is that before an
 * onset, which may be an hour before the first evidence, and settles for
 * another.  What is older and still known (who used which port ever) is lost.
 */
#define WARM_UP_NS (CORE_WARM_UP_HOURS * NS_PER_HOUR)

/* It takes a while: a million records take seconds. */
#define PROGRESS_NS (5 * NS_PER_SEC)

static int
restore_alert(void *arg, const struct alert *a)
{
	struct core *c = arg;

	return pipeline_restore_alert(c->pipeline, a);
}

static int
restore_incident(void *arg, const struct incident *i)
{
	struct core *c = arg;

	return pipeline_restore_incident(c->pipeline, i);
}

static int
handle_incident(void *arg, const struct incident *i)
{
	struct core *c = arg;

	pipeline_handle(c->pipeline, i);
	return 0;
}

static int
restore_expectation(void *arg, const struct expectation_state *x)
{
	struct core *c = arg;

	return pipeline_restore_expectation(c->pipeline, x);
}

static int
restore(struct core *c, struct err *e)
{
	if (state_alerts(c->state, restore_alert, c, e) == -1 ||
	    state_incidents(c->state, restore_incident, c, e) == -1)
		return -1;
	return state_expectations(c->state, restore_expectation, c, e);
}

/* The rows of one sensor after the other would be out of order; a run of
 * rows of the same sensor at a time is not. */
static void
put_chunk(struct core *c, const struct store_chunk *k)
{
	size_t from = 0;

	while (from < k->records.n) {
		uint32_t sensor = k->sensor == NULL ? 0 : k->sensor[from];
		size_t to = from + 1;
		struct batch part = k->records;

		while (to < k->records.n &&
		       (k->sensor == NULL || k->sensor[to] == sensor))
			to++;
		part.n = to - from;
		part.time += from;
#define COLUMN(name, type, absent)                                             \
	if (part.name != NULL)                                                 \
		part.name += from;
#include "common/record_columns.def"
#undef COLUMN
		pipeline_put(c->pipeline, k->sensor_name[sensor], &part);
		from = to;
	}
}

/* Whom the records of a scan are for, and what they count. */
struct replay {
	bool told; /* they were correlated, and told of, before */
	uint64_t records;
	int64_t say_ns; /* monotonic: when it is said next how far it is */
};

static void
say_progress(const struct core *c, struct replay *r)
{
	char when[TIME_TEXT_MAX];
	int64_t now = clock_mono_ns();

	if (r->say_ns == 0)
		r->say_ns = now + PROGRESS_NS;
	if (now < r->say_ns)
		return;
	r->say_ns = now + PROGRESS_NS;
	log_info("core", "read %llu records again, those that came by %s",
	    (unsigned long long)r->records, time_format(c->clock_ns, when));
}

/*
 * The clock is that of the arrival, as it was then, so that what waits for
 * stragglers does not wait for ever.
 */
static void
put_timed(struct core *c, const struct store_chunk *k)
{
	put_chunk(c, k);
	if (k->received_ns > c->clock_ns) {
		c->clock_ns = k->received_ns;
		pipeline_advance(c->pipeline, c->clock_ns);
	}
}

static int
replay(struct core *c, const struct store_query *q, struct replay *r,
    struct err *e)
{
	struct store_scan *scan = store_scan_open(c->store, q, e);
	struct store_chunk k;
	int got;

	if (scan == NULL)
		return -1;
	while ((got = store_scan_next(scan, &k, e)) == 1) {
		put_timed(c, &k);
		r->records += k.records.n;
		say_progress(c, r);
		if (r->told)
			continue;
		c->position = k.pos;
		c->position_moved = true;
		if (core_news_enough(c))
			core_flush(c);
	}
	store_scan_close(scan);
	return got;
}

/* What was correlated before the restart: from the snapshot on, or else the
 * last day and two hours of it. */
static int
replay_told(
    struct core *c, const struct state_moment *m, bool resumed, struct err *e)
{
	struct store_query q = {
	    .since_ns = TIME_NONE,
	    .until_ns = TIME_NONE,
	    .until = c->position,
	};
	struct replay r = {.told = true};

	if (c->position.id == 0)
		return 0;
	if (resumed)
		q.after = m->pos;
	else
		q.since_ns = clock_wall_ns() - WARM_UP_NS;
	if (resumed && store_pos_cmp(&m->pos, &c->position) >= 0)
		return 0;
	if (replay(c, &q, &r, e) == -1)
		return -1;
	log_info("core", "%llu records were read again",
	    (unsigned long long)r.records);
	return 0;
}

/* Until it remembers what it did when it told of something last; nobody is
 * told again. */
static int
remember(struct core *c, struct err *e)
{
	struct state_moment m;
	int64_t clock;
	int resumed;

	if (state_position(c->state, &c->position, e) == -1 ||
	    state_clock(c->state, &clock, e) == -1 ||
	    (resumed = core_resume(c, &m, e)) == -1)
		return -1;
	c->clock_ns = resumed == 1 ? m.clock_ns : TIME_NONE;
	core_covered_tell(c);
	if (state_incidents(c->state, handle_incident, c, e) == -1)
		return -1;
	pipeline_mute(c->pipeline, true);
	if (replay_told(c, &m, resumed == 1, e) == -1)
		return -1;
	if (clock > c->clock_ns) {
		c->clock_ns = clock;
		pipeline_advance(c->pipeline, clock);
	}
	if (resumed == 0 && restore(c, e) == -1)
		return -1;
	pipeline_mute(c->pipeline, false);
	return 0;
}

int
core_catch_up(struct core *c, struct err *e)
{
	struct store_query q = {.since_ns = TIME_NONE, .until_ns = TIME_NONE};
	struct replay r = {.told = false};

	if (remember(c, e) == -1)
		return -1;
	q.after = c->position;
	if (replay(c, &q, &r, e) == -1)
		return -1;
	if (r.records > 0)
		log_info("core", "%llu stored records were not correlated yet",
		    (unsigned long long)r.records);
	return 0;
}
