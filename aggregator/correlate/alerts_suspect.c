/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts_internal.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/span.h"
#include "common/map.h"

static struct suspicion *
of(struct alerts *s, const struct addr *honeypot)
{
	bool is_new;
	struct suspicion *x = map_put(s->suspects, honeypot, &is_new);

	if (is_new)
		x->since_ns = x->last_ns = x->closed_ns = TIME_NONE;
	map_touch(s->suspects, x);
	return x;
}

void
suspect_put(struct alerts *s, const struct detector *d, enum severity severity,
    const struct addr *honeypot, int64_t time_ns)
{
	struct suspicion *x;

	if (d->hearsay ||
	    (severity != SEVERITY_SUSPECT && severity != SEVERITY_COMPROMISED))
		return;
	x = of(s, honeypot);
	if (time_ns != TIME_NONE && time_ns <= x->closed_ns)
		return;
	x->since_ns = x->is ? span_earlier(x->since_ns, time_ns) : time_ns;
	x->last_ns = span_later(x->last_ns, time_ns);
	x->is = true;
}

bool
alerts_suspect(
    const struct alerts *s, const struct addr *honeypot, int64_t *since_ns)
{
	const struct suspicion *x = map_get(s->suspects, honeypot);

	if (x == NULL || !x->is)
		return false;
	*since_ns = x->since_ns;
	return true;
}

void
alerts_unsuspect(
    struct alerts *s, const struct addr *honeypot, int64_t closed_ns)
{
	struct suspicion *x = of(s, honeypot);

	x->closed_ns = span_later(x->closed_ns, closed_ns);
	if (x->since_ns > x->closed_ns)
		return;
	x->since_ns = x->last_ns;
	x->is = x->is && x->last_ns > x->closed_ns;
}

int64_t
alerts_unsuspected(const struct alerts *s, const struct addr *honeypot)
{
	const struct suspicion *x = map_get(s->suspects, honeypot);

	return x == NULL ? TIME_NONE : x->closed_ns;
}
