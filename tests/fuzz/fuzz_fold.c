/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any records, in any order, with any times, into tables that are nearly
 * always full: every connection that began ends once, and nothing is counted
 * that was not there.
 */
#include "aggregator/correlate/fold.h"
#include "common/batch.h"
#include "common/err.h"
#include "common/rd.h"
#include "common/site.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ends[] = {"10.0.0.5", "10.0.0.6", "10.0.0.7",
    "203.0.113.1", "203.0.113.2", "2001:db8:1::1", "2001:db8:2::1",
    "::ffff:10.0.0.5"};

struct seen {
	uint64_t events[CONNECTION_END + 1];
};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
on_event(void *arg, const struct connection *c, enum connection_event event)
{
	struct seen *s = arg;

	s->events[event]++;
	must(c->attempts <= 8192);
	must(c->start_ns <= c->last_ns);
	must(c->witnesses.n <= 4);
}

static struct site *
make_site(void)
{
	struct site *s = site_new();
	struct honeynet net = {.name = "lab"};
	struct honeypot pot = {.name = "combo"};
	struct net n;
	struct err e;

	net_parse("10.0.0.0/8", &n);
	nets_add(&net.home, &n);
	net_parse("2001:db8:1::/48", &n);
	nets_add(&net.home, &n);
	must(site_add_honeynet(s, &net, &e) == 0);
	net_parse("10.0.0.5", &n);
	nets_add(&pot.addresses, &n);
	net_parse("10.0.0.6", &n);
	nets_add(&pot.addresses, &n);
	must(site_add_honeypot(s, &pot, &e) == 0);
	return s;
}

static int64_t
read_time(struct rd *in)
{
	static const int64_t odd[] = {
	    TIME_NONE, TIME_NONE + 1, INT64_MAX, 0, -1};
	uint8_t kind = rd_u8(in);
	uint16_t n = rd_u16(in);

	if (kind < sizeof(odd) / sizeof(*odd))
		return odd[kind];
	return INT64_C(1700000000) * NS_PER_SEC + n * (kind * NS_PER_MS);
}

static struct record
read_record(struct rd *in)
{
	static const char *const prefixes[] = {NULL, "in", "DROP"};
	uint8_t who = rd_u8(in), ports = rd_u8(in), rest = rd_u8(in);
	struct record r = {
	    .proto = ports & 0x80 ? 17 : 6,
	    .sport = ports & 3,
	    .dport = ports >> 2 & 3,
	    .flags = rd_u8(in),
	    .has = rd_u16(in) & 0x1ff,
	    .hook = rest % 5,
	    .seq = rest >> 3 & 3,
	    .ack = rest >> 5 & 3,
	    .prefix = prefixes[rest % 3],
	    .time_ns = read_time(in),
	    .packets = rest,
	    .octets = UINT64_MAX - rest,
	    .uid = rest,
	};

	addr_parse(ends[who & 7], &r.src);
	addr_parse(ends[who >> 3 & 7], &r.dst);
	return r;
}

static void
put_some(struct fold *f, struct builder *b, struct rd *in, uint8_t sensor)
{
	static const char *const sensors[] = {
	    NULL, "a", "b", "c", "d", "e", "f", "g"};
	uint8_t n = rd_u8(in) % 16;

	for (uint8_t i = 0; i < n && !in->bad; i++) {
		struct record r = read_record(in);

		must(builder_put(b, &r) == 0);
	}
	if (builder_count(b) > 0)
		fold_put(f, sensors[sensor % 8], builder_view(b));
	builder_reset(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fold_sizes sizes = {
	    .coming = 6, .going = 3, .early = 3, .replying = 2};
	struct seen seen = {.events = {0}};
	const struct fold_sink sink = {&seen, ~0U, on_event, NULL};
	struct rd in = rd_init(data, size);
	struct site *site = make_site();
	struct fold *f = fold_new(site, &sizes, &sink);
	struct builder *b = builder_new(16, 65536);
	struct fold_counts n;

	must(f != NULL && b != NULL);
	while (!in.bad) {
		uint8_t op = rd_u8(&in);

		if (op & 0x80)
			fold_advance(f, read_time(&in));
		else
			put_some(f, b, &in, op);
	}
	fold_finish(f);
	n = fold_counts(f);
	must(seen.events[CONNECTION_NEW] == n.connections);
	must(seen.events[CONNECTION_END] == n.connections);
	must(seen.events[CONNECTION_ATTEMPT] == n.retransmissions);
	must(n.connections <= n.records && n.backscatter <= n.records);
	must(n.answers + n.refusals <= n.records);
	builder_free(b);
	fold_free(f);
	site_free(site);
	return 0;
}
