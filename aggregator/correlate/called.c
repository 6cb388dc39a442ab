/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/called.h"

#include "aggregator/correlate/span.h"

struct called_port *
called_port(struct called *k, const struct connection *c, uint64_t *evicted)
{
	struct called_port *p = k->port, *old = k->port;

	for (; p < k->port + k->n; p++) {
		if (p->port == c->server_port && p->relay == c->relay)
			return p;
		if (attempts_last(&p->at) < attempts_last(&old->at))
			old = p;
	}
	if (k->n == CALLED_PORTS_MAX) {
		p = old;
		(*evicted)++;
	} else {
		k->n++;
	}
	*p = (struct called_port){.port = c->server_port, .relay = c->relay};
	return p;
}

bool
called_counts(
    const struct called_port *p, int64_t asked_ns, int64_t width_ns, bool waits)
{
	int64_t slack = waits && asked_ns != TIME_NONE ? STRAGGLERS_NS : 0;

	return attempts_before(
	    &p->at, span_from(asked_ns, -slack), width_ns - slack);
}
