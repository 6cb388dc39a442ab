/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

/* After a crash no more than this is correlated again. */
#define EVERY_NS (60 * NS_PER_SEC)
/* A large one takes a while, in which nothing is acknowledged: it is made so
 * seldom that it takes a two-hundredth of the time. */
#define REST 200

static int
put_part(
    void *arg, const char *part, const void *bytes, size_t n, struct err *e)
{
	struct core *c = arg;

	return state_put_snapshot(c->state, part, bytes, n, e);
}

static int
keep(struct core *c, struct err *e)
{
	const struct state_moment m = {c->position, c->clock_ns};

	if (state_begin(c->state, e) == -1)
		return -1;
	if (state_begin_snapshot(c->state, &m, e) == -1 ||
	    pipeline_snapshot(c->pipeline, put_part, c, e) == -1) {
		state_undo(c->state);
		return -1;
	}
	return state_commit(c->state, e);
}

void
core_snapshot(struct core *c)
{
	int64_t began = clock_mono_ns(), took;
	struct err e;

	/* In it alerts count as told: they must be. */
	if (began < c->next_snapshot_ns || c->stalled || !core_news_is_none(c))
		return;
	if (keep(c, &e) == -1)
		log_warn("core",
		    "what the correlator remembers cannot be kept: %s", e.text);
	took = clock_mono_ns() - began;
	c->next_snapshot_ns =
	    began + (took * REST > EVERY_NS ? took * REST : EVERY_NS);
}

static int
get_part(
    void *arg, const char *part, const void **bytes, size_t *n, struct err *e)
{
	struct core *c = arg;

	return state_snapshot(c->state, part, bytes, n, e);
}

/* A pipeline that was half filled is of no use. */
static int
start_over(struct core *c, struct err *e)
{
	struct pipeline_sink sink;

	core_news_sink(c, &sink);
	pipeline_free(c->pipeline);
	c->pipeline = pipeline_new(c->config->site, &sink, e);
	if (c->pipeline == NULL)
		return -1;
	pipeline_live(c->pipeline);
	return 0;
}

int
core_resume(struct core *c, struct state_moment *m, struct err *e)
{
	int rc = state_moment(c->state, m, e);
	struct err why;

	if (rc == -1)
		return -1;
	if (rc == 0) {
		if (c->position.id != 0)
			log_warn("core",
			    "nothing is kept of what the correlator "
			    "remembered; it reads the last %d hours again",
			    CORE_WARM_UP_HOURS);
		return 0;
	}
	if (pipeline_resume(c->pipeline, get_part, c, &why) == 0)
		return 1;
	log_warn("core", "%s; the correlator reads the last %d hours again",
	    why.text, CORE_WARM_UP_HOURS);
	return start_over(c, e);
}
