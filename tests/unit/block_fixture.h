/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_BLOCK_FIXTURE_H
#define TESTS_UNIT_BLOCK_FIXTURE_H

#include "tests/unit/store_fixture.h"

#include "aggregator/store/block.h"
#include "aggregator/store/gather.h"

struct blocks {
	struct gather *gather;
	struct block *block;
	struct builder *builder;
	struct err e;
};

static inline int
setup_blocks(void **state)
{
	struct blocks *f = calloc(1, sizeof(*f));

	f->gather = gather_new();
	f->block = block_new();
	f->builder = builder_new(WIRE_RECORDS_MAX, 1024 * 1024);
	*state = f;
	return 0;
}

static inline int
teardown_blocks(void **state)
{
	struct blocks *f = *state;

	gather_free(f->gather);
	block_free(f->block);
	builder_free(f->builder);
	free(f);
	return 0;
}

/* A record that uses all of every column. */
static inline struct record
wild_record(uint64_t n)
{
	uint64_t x = mixed(n + 1);
	struct record r = {.time_ns = (int64_t)mixed(x),
	    .sport = (uint16_t)x,
	    .dport = (uint16_t)(x >> 16),
	    .window = (uint16_t)(x >> 32),
	    .has = 0x1ff,
	    .proto = (uint8_t)(x >> 8),
	    .flags = (uint8_t)(x >> 24),
	    .ttl = (uint8_t)(x >> 40),
	    .hook = (uint8_t)(n % 5),
	    .seq = (uint32_t)mixed(x + 1),
	    .ack = (uint32_t)mixed(x + 2),
	    .opts = (uint32_t)mixed(x + 3),
	    .mark = (uint32_t)mixed(x + 4),
	    .uid = (uint32_t)mixed(x + 5),
	    .packets = mixed(x + 6),
	    .octets = n == 3 ? UINT64_MAX : mixed(x + 7),
	    .in_if = n % 3 == 0	  ? "eth0"
		     : n % 3 == 1 ? "br-lan"
				  : NULL,
	    .out_if = n % 2 == 0 ? "wan" : NULL,
	    .prefix = "synhive out "};

	memcpy(r.src.b, &x, 8);
	memcpy(r.dst.b + 4, &n, 8);
	if (n % 7 == 0)
		r.time_ns = TIME_NONE;
	if (n % 4 == 0)
		r.src = v4(10, 0, 0, (uint8_t)n);
	return r;
}

static inline struct record
tame_record(uint64_t n)
{
	struct record r = {.time_ns = DAY_1 + (int64_t)n,
	    .src = v4(10, 0, 0, 1),
	    .dst = v4(11, 11, 79, 67),
	    .dport = 22,
	    .proto = 6,
	    .has = HAS_TIME};

	return r;
}

typedef struct record make_fn(uint64_t n);

/* 'messages' of 'rows' records each from 'make', with ids 10, 12, 14 ... */
static inline const struct block_rows *
gather(struct blocks *f, make_fn *make, size_t messages, size_t rows)
{
	char sensor[32];
	uint64_t n = 0;

	gather_reset(f->gather);
	for (size_t i = 0; i < messages; i++) {
		struct gather_message m = {.id = (int64_t)(10 + 2 * i),
		    .received_ns = DAY_1 + (int64_t)mixed(i) % 1000,
		    .sensor = sensor};

		snprintf(sensor, sizeof(sensor), "pot%zu", i % 3);
		builder_reset(f->builder);
		for (size_t k = 0; k < rows; k++) {
			struct record r = make(n++);

			assert_int_equal(builder_put(f->builder, &r), 0);
		}
		m.records = builder_view(f->builder);
		assert_int_equal(gather_put(f->gather, &m), 1);
	}
	return gather_view(f->gather);
}

static inline bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline void
expect_record(const struct record *x, const struct record *y)
{
	struct record a = *x, b = *y;

	assert_true(same_text(a.in_if, b.in_if));
	assert_true(same_text(a.out_if, b.out_if));
	assert_true(same_text(a.prefix, b.prefix));
	assert_true(addr_eq(&a.src, &b.src) && addr_eq(&a.dst, &b.dst));
	assert_int_equal(a.time_ns, b.time_ns);
	assert_int_equal(a.octets, b.octets);
	assert_int_equal(a.packets, b.packets);
	assert_int_equal(a.uid, b.uid);
	assert_int_equal(a.mark, b.mark);
	assert_int_equal(a.opts, b.opts);
	assert_int_equal(a.ack, b.ack);
	assert_int_equal(a.seq, b.seq);
	assert_int_equal(a.hook, b.hook);
	assert_int_equal(a.ttl, b.ttl);
	assert_int_equal(a.flags, b.flags);
	assert_int_equal(a.proto, b.proto);
	assert_int_equal(a.has, b.has);
	assert_int_equal(a.window, b.window);
	assert_int_equal(a.sport, b.sport);
	assert_int_equal(a.dport, b.dport);
}

#endif
