/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/rate.h"

#include <stdlib.h>

void *
rate_new(void *self, struct sliding *sliding)
{
	struct rate *r = self;

	if (sliding == NULL) {
		free(self);
		return NULL;
	}
	r->sliding = sliding;
	return self;
}

void
rate_free(void *self)
{
	struct rate *r = self;

	sliding_free(r->sliding);
	free(self);
}

void
rate_tick(void *self, int64_t now_ns, struct alert_sink *out)
{
	struct rate *r = self;

	(void)out;
	sliding_tick(r->sliding, now_ns);
}

void
rate_save(const void *self, struct wr *w)
{
	const struct rate *r = self;

	sliding_save(r->sliding, w);
}

int
rate_load(void *self, struct rd *r)
{
	struct rate *own = self;

	return sliding_load(own->sliding, r);
}

uint64_t
rate_evicted(const void *self)
{
	const struct rate *r = self;

	return sliding_evicted(r->sliding);
}
