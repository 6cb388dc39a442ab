/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/covered.h"

#include "aggregator/correlate/span.h"
#include "common/rd.h"
#include "common/wr.h"

#include <stdlib.h>

/* Of each hour the first and the last time are kept: the hours of a vector's
 * window, the one it begins in, and the one before. */
#define PIECE_NS NS_PER_HOUR
#define PIECES 26

struct piece {
	int64_t first_ns, last_ns; /* TIME_NONE: none */
};

struct gaps_of {
	struct piece piece[PIECES];
};

struct covered {
	const struct site *site;
	int64_t first_ns;
	struct gaps_of *sensor; /* of the site, by its index there */
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
	c->sensor = calloc(c->n + 1, sizeof(*c->sensor));
	if (c->sensor == NULL) {
		covered_free(c);
		return NULL;
	}
	for (size_t i = 0; i < c->n * PIECES; i++)
		c->sensor[i / PIECES].piece[i % PIECES] =
		    (struct piece){TIME_NONE, TIME_NONE};
	return c;
}

void
covered_free(struct covered *c)
{
	if (c == NULL)
		return;
	free(c->sensor);
	free(c);
}

void
covered_see(struct covered *c, int64_t time_ns)
{
	c->first_ns = span_earlier(c->first_ns, time_ns);
}

static int64_t
hour_of(int64_t time_ns)
{
	return time_ns / PIECE_NS - (time_ns % PIECE_NS < 0);
}

static void
put(struct gaps_of *g, int64_t time_ns)
{
	int64_t hour = hour_of(time_ns), slot = hour % PIECES;
	struct piece *p = &g->piece[slot < 0 ? slot + PIECES : slot];

	if (time_ns == TIME_NONE)
		return;
	if (p->last_ns != TIME_NONE && hour_of(p->last_ns) == hour) {
		p->first_ns = span_earlier(p->first_ns, time_ns);
		p->last_ns = span_later(p->last_ns, time_ns);
	} else if (time_ns > p->last_ns) {
		*p = (struct piece){time_ns, time_ns};
	}
}

void
covered_since(struct covered *c, const char *sensor, int64_t since_ns)
{
	const struct sensor_entry *s = site_sensor(c->site, sensor);

	if (s != NULL)
		put(&c->sensor[s - c->site->sensor], since_ns);
}

/* The latest up to then; TIME_NONE: none. */
static int64_t
latest(const struct gaps_of *g, int64_t at_ns)
{
	int64_t t = TIME_NONE;

	for (size_t i = 0; i < PIECES; i++) {
		const struct piece *p = &g->piece[i];

		if (at_ns == TIME_NONE || p->last_ns <= at_ns)
			t = span_later(t, p->last_ns);
		else if (p->first_ns <= at_ns)
			t = span_later(t, p->first_ns);
	}
	return t;
}

int64_t
covered_begin(
    const struct covered *c, const struct addr *honeypot, int64_t at_ns)
{
	int64_t begin = TIME_NONE;

	for (size_t i = 0; i < c->n; i++)
		if (nets_have(&c->site->sensor[i].addresses, honeypot))
			begin =
			    span_earlier(begin, latest(&c->sensor[i], at_ns));
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
		for (size_t k = 0; k < PIECES; k++) {
			wr_i64(w, c->sensor[i].piece[k].first_ns);
			wr_i64(w, c->sensor[i].piece[k].last_ns);
		}
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
		for (size_t k = 0; k < 2 * PIECES; k++)
			covered_since(c, name, rd_i64(r));
	}
	return r->bad ? -1 : 0;
}
