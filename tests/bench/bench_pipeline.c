/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_pipeline FILE NET
 *
 * What the correlator alone takes: FILE's records, of which NET is home, as
 * the messages that one sensor would send, unpacked into nothing, then into
 * the pipeline; in turns, and of each the best.  Prints: records, seconds to
 * unpack, seconds to unpack and correlate, alerts that were told.
 */
#include "aggregator/pipeline.h"
#include "aggregator/source/source.h"
#include "common/batch.h"
#include "common/err.h"
#include "common/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define ROUNDS 3
#define RECORDS_MAX 1024 /* in a message: a busy sensor's */
#define SENSOR "gateway"

struct packed {
	uint8_t *buf;
	size_t len;
	int64_t last_ns;
};

struct bench {
	struct site *site;
	struct wire *wire;
	struct packed *message;
	size_t n, room;
	uint64_t records, alerts;
};

static void
die(const struct err *e)
{
	fprintf(stderr, "bench_pipeline: %s\n", e->text);
	exit(e->code);
}

static void
pack(struct bench *b, struct builder *from)
{
	struct wire_message m = {
	    .kind = WIRE_BATCH, .batch.records = *builder_view(from)};
	struct packed *to;
	const uint8_t *out;
	struct err e;

	if (m.batch.records.n == 0)
		return;
	if (b->n == b->room) {
		b->room = 2 * b->room + 64;
		b->message =
		    reallocarray(b->message, b->room, sizeof(*b->message));
	}
	if (b->message == NULL)
		abort();
	to = &b->message[b->n++];
	to->len = wire_pack(b->wire, &m, &out, &e);
	if (to->len == 0)
		die(&e);
	if ((to->buf = malloc(to->len)) == NULL)
		abort();
	memcpy(to->buf, out, to->len);
	to->last_ns = m.batch.records.time[m.batch.records.n - 1];
	b->records += m.batch.records.n;
	builder_reset(from);
}

static void
read_all(struct bench *b, const char *path)
{
	const struct source_options o = {.year = 0};
	struct builder *builder = builder_new(RECORDS_MAX, WIRE_BATCH_MAX);
	struct err e;
	struct reader *r = reader_open(path, &o, &e);
	struct record record;

	if (r == NULL || builder == NULL)
		die(&e);
	while (reader_next(r, &record))
		if (builder_put(builder, &record) == -1) {
			pack(b, builder);
			builder_put(builder, &record);
		}
	pack(b, builder);
	builder_free(builder);
	reader_close(r);
}

static void
set_site(struct bench *b, const char *home)
{
	struct honeynet h = {.name = "home"};
	struct net n;
	struct err e;

	if (net_parse(home, &n) != 0) {
		fprintf(stderr, "bench_pipeline: '%s' is no network\n", home);
		exit(EX_USAGE);
	}
	b->site = site_new();
	if (b->site == NULL || nets_add(&h.home, &n) == -1)
		abort();
	if (site_add_honeynet(b->site, &h, &e) == -1)
		die(&e);
}

static void
on_alert(void *arg, const struct alert *a, bool update)
{
	struct bench *b = arg;

	(void)a;
	(void)update;
	b->alerts++;
}

/* Seconds for all messages; p: NULL: they are unpacked only. */
static double
run(struct bench *b, struct pipeline *p)
{
	int64_t since = clock_mono_ns();
	struct wire_message m;
	struct err e;

	for (size_t i = 0; i < b->n; i++) {
		const struct packed *one = &b->message[i];

		if (wire_unpack(b->wire, one->buf, one->len, &m, &e) == -1)
			die(&e);
		if (p == NULL)
			continue;
		pipeline_put(p, SENSOR, &m.batch.records);
		pipeline_advance(p, one->last_ns);
	}
	if (p != NULL)
		pipeline_finish(p);
	return (double)(clock_mono_ns() - since) / 1e9;
}

static double
correlate(struct bench *b)
{
	const struct pipeline_sink sink = {.arg = b, .alert = on_alert};
	struct err e;
	struct pipeline *p = pipeline_new(b->site, &sink, &e);
	double took;

	if (p == NULL)
		die(&e);
	b->alerts = 0;
	took = run(b, p);
	pipeline_free(p);
	return took;
}

int
main(int argc, char **argv)
{
	struct bench b = {.wire = wire_new()};
	double bare = 1e9, all = 1e9, took;

	if (argc != 3 || b.wire == NULL) {
		fprintf(stderr, "bench_pipeline FILE NET\n");
		return EX_USAGE;
	}
	set_site(&b, argv[2]);
	read_all(&b, argv[1]);
	for (int i = 0; i < ROUNDS; i++) {
		bare = (took = run(&b, NULL)) < bare ? took : bare;
		all = (took = correlate(&b)) < all ? took : all;
	}
	printf("%llu %.6f %.6f %llu\n", (unsigned long long)b.records, bare,
	    all, (unsigned long long)b.alerts);
	return 0;
}
