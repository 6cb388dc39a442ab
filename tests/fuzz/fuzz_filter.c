/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A filter's text; what it says of a few records must not contradict what it
 * says of the hosts that it needs, of the same records as columns, of their
 * times, nor of what they lack. */
#include "common/batch.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/filter_rows.h"
#include "common/site.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
add_filter(struct site *s, const char *name, const char *text)
{
	struct named_filter f = {.text = strdup(text)};

	strcpy(f.name, name);
	if (f.text == NULL || site_add_filter(s, &f, NULL) == -1)
		abort();
}

static void
expect(struct site *s, const char *name, const char *text)
{
	struct expectation x = {.expires_ns = 1000};

	strcpy(x.match.name, name);
	x.match.text = strdup(text);
	x.match.filter = filter_parse(text, s, NULL);
	if (x.match.text == NULL || x.match.filter == NULL ||
	    site_add_expected(s, &x, NULL) == -1)
		abort();
}

static struct site *
make_site(void)
{
	struct honeynet lab = {.name = "lab"};
	struct site *s = site_new();
	struct net home;

	if (s == NULL || net_parse("11.11.0.0/16", &home) != 0 ||
	    nets_add(&lab.home, &home) == -1 ||
	    site_add_honeynet(s, &lab, NULL) == -1)
		abort();
	add_filter(s, "a", "direction out and not @b");
	add_filter(s, "b", "port [22, 6660-6669] or host 1.2.3.4");
	add_filter(s, "self", "not @self");
	add_filter(s, "nothing", "");
	expect(s, "x", "@a and dst host 1.2.3.4");
	expect(s, "y", "port 22");
	return s;
}

static void
check(const struct filter *f, const struct filter_subject *s,
    const struct addr *host, size_t n)
{
	bool found = n == 0;

	if (!filter_match(f, s))
		return;
	for (size_t i = 0; i < n; i++)
		found |= addr_eq(&host[i], &s->record->src) ||
			 addr_eq(&host[i], &s->record->dst);
	if (!found)
		abort();
}

/* What is outside the bounds is not matched. */
static void
check_bounds(const struct filter *f, const struct addr *client,
    const struct addr *server, uint16_t port)
{
	struct ports ports = {{0}};
	struct filter_bounds b;

	filter_bounds(f, &b, &ports);
	if (!filter_match_connection(f, client, 40000, server, port, NULL))
		return;
	if (!ports_have(&ports, port) || port < b.port_first ||
	    port > b.port_last || addr_number(client) < b.client_first ||
	    addr_number(client) > b.client_last ||
	    addr_number(server) < b.server_first ||
	    addr_number(server) > b.server_last)
		abort();
}

/* The record as the only row of its columns. */
static void
check_columns(const struct filter *f, const struct filter_subject *s)
{
	struct builder *b = builder_new(1, 4096);
	struct filter_rows *x = filter_rows_new(f, NULL);
	struct ports ports = {{0}};
	struct rows rows = {.sensor_name = &s->sensor, .n_sensor = 1};
	struct filter_gap gap;
	uint8_t match = 2;

	if (b == NULL || x == NULL || builder_put(b, s->record) == -1)
		abort();
	rows.records = builder_view(b);
	ports_add(&ports, s->record->dport, s->record->dport);
	if (!filter_rows_bind(x, NULL, &ports) && filter_match(f, s))
		abort();
	if (filter_rows_match(x, &rows, &match) != filter_match(f, s) ||
	    match != filter_match(f, s))
		abort();
	if (s->sensor != NULL && filter_rows_know(x, &rows) &&
	    filter_lacks(f, s, &gap))
		abort();
	filter_rows_free(x);
	builder_free(b);
}

static void
check_times(const struct filter *f, const struct filter_subject *s)
{
	int64_t since, until, t = s->record->time_ns;

	filter_times(f, &since, &until);
	if (filter_match(f, s) && t != TIME_NONE &&
	    ((since != TIME_NONE && t < since) ||
		(until != TIME_NONE && t >= until)))
		abort();
}

static void
match(const struct filter *f)
{
	struct record r = {.has = HAS_FLAGS | HAS_COUNTS,
	    .proto = 6,
	    .sport = 40000,
	    .dport = 22,
	    .flags = TCP_SYN,
	    .prefix = "out"};
	struct filter_subject s = {.record = &r, .sensor = "pot1"};
	struct addr host[HOSTS];
	size_t n = filter_needs_hosts(f, host, HOSTS);

	if (addr_parse("11.11.0.1", &r.src) == -1 ||
	    addr_parse("1.2.3.4", &r.dst) == -1)
		abort();
	r.time_ns = INT64_C(1109444452500000000);
	check(f, &s, host, n);
	check_columns(f, &s);
	check_times(f, &s);
	r.has = 0;
	r.time_ns = TIME_NONE;
	s.sensor = NULL;
	check(f, &s, host, n);
	check_columns(f, &s);
	check_bounds(f, &r.src, &r.dst, 6667);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct site *site = make_site();
	char *text = malloc(size + 1);
	struct filter *f;
	struct err e = {0};

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	f = filter_parse(text, site, &e);
	if (f != NULL)
		match(f);
	else if (e.text[0] == '\0' || e.code == 0)
		abort();
	filter_free(f);
	free(text);
	site_free(site);
	return 0;
}
