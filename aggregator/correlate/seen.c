/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/seen.h"

#include <stdbool.h>
#include <stdlib.h>

/* Milliseconds from 'a' to 'b'; both may have wrapped. */
static int32_t
ms_between(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)b - (uint32_t)a);
}

static bool
is_attempt(const struct observer *o, int32_t ms)
{
	if (ms == SEEN_NO_TIME || o->last_ms == SEEN_NO_TIME)
		return true;
	return llabs(ms_between(o->last_ms, ms)) >= SAME_PACKET_MS;
}

static enum seen_as
count(struct seen *s, struct observer *o, int32_t ms)
{
	if (!is_attempt(o, ms))
		return SEEN_AGAIN;
	if (ms_between(o->last_ms, ms) > 0)
		o->last_ms = ms;
	if (o->attempts < OBSERVER_ATTEMPTS_MAX)
		o->attempts++;
	if (o->attempts <= s->attempts)
		return SEEN_AGAIN;
	s->attempts = o->attempts;
	return SEEN_ATTEMPT;
}

enum seen_as
seen_put(struct seen *s, uint16_t sensor, uint8_t hook, int32_t ms)
{
	struct observer *o = s->by;
	bool known_sensor = false;

	for (; o < s->by + s->n; o++) {
		if (o->sensor == sensor && o->hook == hook)
			return count(s, o, ms);
		known_sensor = known_sensor || o->sensor == sensor;
	}
	if (s->n == OBSERVERS_MAX)
		return SEEN_AGAIN;
	*o = (struct observer){sensor, hook & 7, 1, ms};
	s->n++;
	if (s->attempts == 0) {
		s->attempts = 1;
		return SEEN_ATTEMPT;
	}
	return known_sensor ? SEEN_AGAIN : SEEN_WITNESS;
}
