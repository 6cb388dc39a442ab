/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"

/* A record's clock is that of its sensor; a batch that came late may tell of
 * a gap that is older than one that is known. */
void
core_covered_gap(struct core *c, size_t sensor, int64_t until_ns)
{
	struct core_sensor *s = &c->sensor[sensor];

	if (until_ns > s->state.since_ns) {
		s->state.since_ns = until_ns;
		s->dirty = true;
	}
	if (c->pipeline != NULL)
		pipeline_covered(c->pipeline, s->state.sensor, until_ns);
}

void
core_covered_run(struct core *c, size_t sensor, int64_t time_ns)
{
	if (!c->sensor[sensor].begins)
		return;
	c->sensor[sensor].begins = false;
	core_covered_gap(c, sensor, time_ns);
}

void
core_covered_tell(const struct core *c)
{
	for (size_t i = 0; i < c->config->site->n_sensor; i++) {
		const struct sensor_state *s = &c->sensor[i].state;

		pipeline_covered(c->pipeline, s->sensor, s->since_ns);
	}
}
