/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/folded.h"

#include "aggregator/correlate/span.h"

bool
folded_outcome(struct folded *c, enum outcome o)
{
	if (!outcome_beats(o, (enum outcome)c->outcome))
		return false;
	c->outcome = (uint8_t)o;
	return true;
}

bool
folded_time(struct folded *c, int64_t time_ns)
{
	int64_t start = span_earlier(c->start_ns, time_ns);
	int64_t last = span_later(c->last_ns, time_ns);
	bool changed = start != c->start_ns || last != c->last_ns;

	c->start_ns = start;
	c->last_ns = last;
	return changed;
}

bool
folded_uid(struct folded *c, const struct batch *b, size_t i)
{
	if (c->has_uid || !(batch_has(b, i) & HAS_UID))
		return false;
	c->uid = batch_uid(b, i);
	c->has_uid = true;
	return true;
}

void
folded_count(struct folded *c, const struct batch *b, size_t i, bool out)
{
	if (!(batch_has(b, i) & HAS_COUNTS))
		return;
	c->has_counts = true;
	if (out) {
		c->packets_out += batch_packets(b, i);
		c->octets_out += batch_octets(b, i);
	} else {
		c->packets_in += batch_packets(b, i);
		c->octets_in += batch_octets(b, i);
	}
}
