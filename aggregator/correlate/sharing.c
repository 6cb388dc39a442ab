/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/sharing.h"

#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/span.h"

#include <string.h>

void
sharer_set(
    struct sharer *x, const struct connection *c, struct sensors *sensors)
{
	x->honeypot = c->client.primary;
	x->first_ns = c->start_ns;
	x->last_ns = c->last_ns;
	x->told = 0;
	sighting_set(&x->last, c, sensors);
	x->before = (struct sighting){.start_ns = TIME_NONE};
}

static void
swap_if_later(struct sharer *x)
{
	struct sighting later = x->before;

	if (x->before.start_ns <= x->last.start_ns)
		return;
	x->before = x->last;
	x->last = later;
}

void
sharer_put(struct sharer *x, const struct connection *c, int64_t width_ns,
    struct sensors *sensors)
{
	struct sighting now;

	if (span_ns(x->last.start_ns, c->start_ns) > width_ns) {
		sharer_set(x, c, sensors);
		return;
	}
	x->first_ns = span_earlier(x->first_ns, c->start_ns);
	x->last_ns = span_later(x->last_ns, c->last_ns);
	sighting_set(&now, c, sensors);
	/* Without times the order of their coming is the order. */
	if (c->start_ns == TIME_NONE)
		x->last = now;
	else if (sighting_is_of(&x->last, c))
		sighting_refine(&x->last, c, sensors);
	else if (sighting_is_of(&x->before, c))
		sighting_refine(&x->before, c, sensors);
	else if (c->start_ns >= x->before.start_ns)
		x->before = now;
	swap_if_later(x);
	/* Whoever saw one of them saw this honeypot there. */
	sighting_add_sensors(&x->last, &x->before);
	sighting_add_sensors(&x->last, &now);
}

static void
raise_at(const struct connection *c, const struct sharer *x, int64_t start_ns,
    int64_t last_ns, enum connection_event event, enum severity severity,
    struct alert_sink *out)
{
	struct connection at = *c;
	const struct finding f = {
	    .severity = severity,
	    .honeypot = &at.client,
	    .peer = &at.server.addr,
	    .port = at.server_port,
	    .connection = &at,
	    .event = event,
	    .once = &x->honeypot,
	};

	at.start_ns = start_ns;
	at.last_ns = last_ns;
	alerts_raise(out, &f);
}

/* The one before may have been told as the last. */
void
sharer_raise(const struct sharer *x, const struct site *site,
    const struct sensors *sensors, enum severity severity,
    struct alert_sink *out)
{
	const enum connection_event new = CONNECTION_NEW;
	struct connection c;

	if (x->before.start_ns != TIME_NONE) {
		sighting_get(&x->before, site, sensors, &c);
		raise_at(&c, x, c.start_ns, c.last_ns, CONNECTION_DETAIL,
		    severity, out);
	}
	sighting_get(&x->last, site, sensors, &c);
	if (x->first_ns != c.start_ns)
		raise_at(&c, x, x->first_ns, x->first_ns, new, severity, out);
	raise_at(&c, x, c.start_ns, x->last_ns, new, severity, out);
}

bool
sharing_is_near(const struct sharer *x, int64_t time_ns, int64_t width_ns)
{
	return span_near(time_ns, x->first_ns, x->last.start_ns, width_ns);
}

uint32_t
sharing_near(const struct sharing *k, int64_t time_ns, int64_t width_ns)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < k->n; i++)
		n += sharing_is_near(&k->by[i], time_ns, width_ns);
	return n;
}

bool
sharing_put(struct sharing *k, const struct connection *c, int64_t width_ns,
    struct sensors *sensors)
{
	struct sharer *old = k->by;

	for (uint32_t i = 0; i < k->n; i++) {
		struct sharer *x = &k->by[i];

		if (addr_eq(&x->honeypot, &c->client.primary)) {
			sharer_put(x, c, width_ns, sensors);
			return true;
		}
		if (x->last.start_ns < old->last.start_ns)
			old = x;
	}
	if (k->n < SHARERS_MAX) {
		sharer_set(&k->by[k->n++], c, sensors);
		return true;
	}
	if (sharing_is_near(old, c->start_ns, width_ns))
		return false;
	sharer_set(old, c, sensors);
	return true;
}

/* Of two that came at once, any order that is not that of their records;
 * without times that is all there is. */
static bool
is_after(const struct sharer *a, const struct sharer *b)
{
	if (a->first_ns != b->first_ns)
		return a->first_ns > b->first_ns;
	return a->first_ns != TIME_NONE &&
	       addr_cmp(&a->honeypot, &b->honeypot) > 0;
}

void
sharing_sort(struct sharing *k)
{
	for (uint32_t i = 1; i < k->n; i++)
		for (uint32_t at = i;
		     at > 0 && is_after(&k->by[at - 1], &k->by[at]); at--) {
			struct sharer x = k->by[at];

			k->by[at] = k->by[at - 1];
			k->by[at - 1] = x;
		}
}

bool
sharing_next(const struct sharing *k, int64_t *time_ns)
{
	if (k->n_waiting > 0)
		*time_ns = k->waiting_ns[0];
	return k->n_waiting > 0;
}

void
sharing_take(struct sharing *k)
{
	k->n_waiting--;
	memmove(k->waiting_ns, k->waiting_ns + 1,
	    k->n_waiting * sizeof(*k->waiting_ns));
}

bool
sharing_is_full(const struct sharing *k)
{
	return k->n_waiting == SHARING_WAITING_MAX;
}

void
sharing_wait(struct sharing *k, int64_t time_ns)
{
	uint32_t i = k->n_waiting;

	if (i > 0 && k->waiting_ns[i - 1] == time_ns)
		return;
	k->n_waiting++;
	for (; i > 0 && k->waiting_ns[i - 1] > time_ns; i--)
		k->waiting_ns[i] = k->waiting_ns[i - 1];
	k->waiting_ns[i] = time_ns;
}
