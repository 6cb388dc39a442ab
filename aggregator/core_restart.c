/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

/*
 * How far back the correlator's memory of connections reaches: a
 * retransmission comes at most 75 s after the last attempt, an answer 60 s
 * after its SYN, an onset lies at most an hour before the first suspicion.
 */
#define WARM_UP_NS NS_PER_HOUR

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
restore(struct core *c, struct err *e)
{
	if (state_alerts(c->state, restore_alert, c, e) == -1)
		return -1;
	return state_incidents(c->state, restore_incident, c, e);
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

/* What was correlated before the restart warms the correlator up. */
static int
warm_up(struct core *c, struct err *e)
{
	struct store_query q = {
	    .since_ns = clock_wall_ns() - WARM_UP_NS,
	    .until_ns = TIME_NONE,
	    .until = c->position,
	};
	struct store_scan *scan;
	struct store_chunk k;
	int got;

	if (c->position.id == 0)
		return 0;
	scan = store_scan_open(c->store, &q, e);
	if (scan == NULL)
		return -1;
	pipeline_mute(c->pipeline, true);
	while ((got = store_scan_next(scan, &k, e)) == 1)
		put_chunk(c, &k);
	store_scan_close(scan);
	return got;
}

/* What was stored and not correlated, however old it is. */
static int
replay(struct core *c, uint64_t *fresh, struct err *e)
{
	struct store_query q = {
	    .after = c->position,
	    .since_ns = TIME_NONE,
	    .until_ns = TIME_NONE,
	};
	struct store_scan *scan = store_scan_open(c->store, &q, e);
	struct store_chunk k;
	int got;

	if (scan == NULL)
		return -1;
	while ((got = store_scan_next(scan, &k, e)) == 1) {
		put_chunk(c, &k);
		*fresh += k.records.n;
		c->position = k.pos;
		c->position_moved = true;
		if (core_news_enough(c))
			core_flush(c);
	}
	store_scan_close(scan);
	return got;
}

int
core_catch_up(struct core *c, struct err *e)
{
	uint64_t fresh = 0;

	if (state_position(c->state, &c->position, e) == -1 ||
	    warm_up(c, e) == -1 || restore(c, e) == -1)
		return -1;
	pipeline_mute(c->pipeline, false);
	if (replay(c, &fresh, e) == -1)
		return -1;
	if (fresh > 0)
		log_info("core", "%llu stored records were not correlated yet",
		    (unsigned long long)fresh);
	return 0;
}
