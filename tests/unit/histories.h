/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_HISTORIES_H
#define TESTS_UNIT_HISTORIES_H

/* A history of connections written as lines, and what it answers. */
#include "aggregator/correlate/history.h"
#include "aggregator/correlate/party.h"
#include "tests/unit/cm.h"
#include "tests/unit/lines.h"

#define SITE                                                                   \
	"home lab 10.0.0.0/16 2001:db8:1::/48\n"                               \
	"honeypot combo 10.0.0.5 10.0.0.6\n"

struct fixture {
	struct site *site;
	struct history *h;
	struct visits v[64]; /* what was asked for, in order of what it says */
	size_t n;
};

static inline void
set_up(struct fixture *f, uint32_t groups)
{
	const struct history_sizes sizes = {.groups = groups, .calls = 64};

	f->site = site_of(SITE);
	f->h = history_new(f->site, &sizes);
	assert_non_null(f->h);
}

static inline void
tear_down(struct fixture *f)
{
	history_free(f->h);
	site_free(f->site);
}

/* "TIME SRC:PORT > DST:PORT OUTCOME" */
static inline struct connection
connection_of(const struct fixture *f, const char *text)
{
	char time[40], from[64], to[64], outcome[16] = "unknown";
	struct connection c = {.attempts = 1};
	struct addr a, b;

	line_must(
	    sscanf(text, "%39s %63s > %63s %15s", time, from, to, outcome) >= 3,
	    "no connection", text);
	line_end(from, &a, &c.client_port);
	line_end(to, &b, &c.server_port);
	party_resolve(f->site, &a, &c.client);
	party_resolve(f->site, &b, &c.server);
	c.start_ns = c.last_ns = line_time(time);
	c.direction = site_direction(f->site, &a, &b);
	for (enum outcome o = OUTCOME_UNKNOWN; o <= OUTCOME_UNANSWERED; o++)
		if (strcmp(outcome, outcome_name(o)) == 0)
			c.outcome = o;
	return c;
}

static inline void
put(struct fixture *f, const char *text)
{
	const struct connection c = connection_of(f, text);

	history_put(f->h, &c, CONNECTION_NEW);
}

static inline void
change(struct fixture *f, const char *text)
{
	const struct connection c = connection_of(f, text);

	history_put(f->h, &c, CONNECTION_OUTCOME);
}

static inline void
keep(void *arg, const struct visits *v)
{
	struct fixture *f = arg;

	assert_in_range(f->n, 0, 63);
	f->v[f->n++] = *v;
}

static inline int
compare(const void *a, const void *b)
{
	const struct visits *x = a, *y = b;
	int order = addr_cmp(&x->counted, &y->counted);

	if (order != 0)
		return order;
	order = addr_cmp(&x->address, &y->address);
	return order != 0 ? order : x->port - y->port;
}

static inline struct moment
at(const char *time)
{
	return (struct moment){line_time(time), 0};
}

static inline struct addr
addr_of(const char *text)
{
	struct addr a;

	line_must(addr_parse(text, &a) == 0, "no address", text);
	return a;
}

static inline size_t
ask(struct fixture *f, const char *honeypot, const char *time)
{
	const struct addr primary = addr_of(honeypot);
	const struct moment m = at(time);

	f->n = 0;
	history_of_honeypot(f->h, &primary, &m, keep, f);
	qsort(f->v, f->n, sizeof(*f->v), compare);
	return f->n;
}

#endif
