/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/covered.h"

#include "aggregator/correlate/span.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>

struct covered {
	const struct site *site;
	int64_t first_ns;
	int64_t *since_ns; /* of each sensor of the site; TIME_NONE: unknown */
	size_t n;
};

struct covered *
covered_new(const struct site *site)
{
	struct covered *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->site = site;
	c->first_ns = TIME_NONE;
	c->n = site->n_sensor;
	c->since_ns = calloc(c->n + 1, sizeof(*c->since_ns));
	if (c->since_ns == NULL) {
		covered_free(c);
		return NULL;
	}
	for (size_t i = 0; i < c->n; i++)
		c->since_ns[i] = TIME_NONE;
	return c;
}

void
covered_free(struct covered *c)
{
	if (c == NULL)
		return;
	free(c->since_ns);
	free(c);
}

void
covered_see(struct covered *c, int64_t time_ns)
{
	c->first_ns = span_earlier(c->first_ns, time_ns);
}

void
covered_since(struct covered *c, const char *sensor, int64_t since_ns)
{
	const struct sensor_entry *s = site_sensor(c->site, sensor);
	size_t i = s == NULL ? c->n : (size_t)(s - c->site->sensor);

	if (i < c->n)
		c->since_ns[i] = since_ns;
}

int64_t
covered_begin(const struct covered *c, const struct addr *honeypot)
{
	int64_t begin = TIME_NONE;

	for (size_t i = 0; i < c->n; i++)
		if (nets_have(&c->site->sensor[i].addresses, honeypot))
			begin = span_earlier(begin, c->since_ns[i]);
	return begin == TIME_NONE ? c->first_ns : begin;
}

void
covered_save(const void *covered, struct wr *w)
{
	const struct covered *c = covered;

	wr_i64(w, c->first_ns);
	wr_u32(w, (uint32_t)c->n);
	for (size_t i = 0; i < c->n; i++) {
		wr_text(w, c->site->sensor[i].name);
		wr_i64(w, c->since_ns[i]);
	}
}

/* The configuration may have changed: by name. */
int
covered_load(void *covered, struct rd *r)
{
	struct covered *c = covered;
	char name[SITE_NAME_MAX];
	uint32_t n;

	c->first_ns = rd_i64(r);
	n = rd_u32(r);
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		rd_text(r, name, sizeof(name));
		covered_since(c, name, rd_i64(r));
	}
	return r->bad ? -1 : 0;
}
