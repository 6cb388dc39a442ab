/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include "aggregator/store/block.h"
#include "aggregator/store/gather.h"

#include <sysexits.h>

struct blocks {
	struct gather *gather;
	struct block *block;
	struct builder *builder;
	struct err e;
};

static int
setup_blocks(void **state)
{
	struct blocks *f = calloc(1, sizeof(*f));

	f->gather = gather_new();
	f->block = block_new();
	f->builder = builder_new(WIRE_RECORDS_MAX, 1024 * 1024);
	*state = f;
	return 0;
}

static int
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
static struct record
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

static struct record
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
static const struct block_rows *
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

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
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

static void
expect_same(struct blocks *f, make_fn *make, size_t messages, size_t rows)
{
	const struct block_rows *in = gather(f, make, messages, rows);
	struct block_rows out;
	const uint8_t *bytes;
	size_t len = block_pack(f->block, in, &bytes, &f->e);
	struct record r, want;

	assert_in_range(len, 1, BLOCK_BYTES_MAX);
	if (block_unpack(f->block, bytes, len, 0, &out, &f->e) == -1)
		fail_msg("%s", f->e.text);
	assert_int_equal(out.records.n, messages * rows);
	for (size_t i = 0; i < out.records.n; i++) {
		batch_get(&out.records, i, &r);
		want = make(i);
		expect_record(&r, &want);
	}
	assert_int_equal(out.n_message, messages);
	for (size_t i = 0; i < messages; i++) {
		assert_int_equal(out.id[i], in->id[i]);
		assert_int_equal(out.received_ns[i], in->received_ns[i]);
		assert_int_equal(out.rows[i], rows);
		assert_string_equal(out.sensor_name[out.sensor[i]],
		    in->sensor_name[in->sensor[i]]);
	}
}

static void
every_column_comes_back_exactly(void **state)
{
	expect_same(*state, wild_record, 20, 50);
	expect_same(*state, wild_record, 1, 1);
}

static void
columns_of_one_value_cost_nothing(void **state)
{
	struct blocks *f = *state;
	const struct block_rows *in;
	const uint8_t *bytes;
	size_t len;

	expect_same(f, tame_record, 16, 4096);
	in = gather(f, tame_record, 16, 4096);
	len = block_pack(f->block, in, &bytes, &f->e);
	assert_in_range(len, 1, 700);
}

static void
a_block_holds_65536_records_of_the_wildest_kind(void **state)
{
	expect_same(*state, wild_record, 16, 4096);
}

static void
more_than_a_block_does_not_fit(void **state)
{
	struct blocks *f = *state;
	struct gather_message m = {.sensor = "pot1"};

	(void)gather(f, tame_record, 16, 4095);
	builder_reset(f->builder);
	for (int i = 0; i < 17; i++) {
		struct record r = tame_record(0);

		builder_put(f->builder, &r);
	}
	m.records = builder_view(f->builder);
	assert_int_equal(gather_put(f->gather, &m), 0);
	assert_int_equal(gather_view(f->gather)->records.n, 16 * 4095);
	gather_reset(f->gather);
	assert_int_equal(gather_put(f->gather, &m), 1);
}

static void
messages_are_bounded_too(void **state)
{
	struct blocks *f = *state;
	const struct block_rows *in =
	    gather(f, tame_record, BLOCK_MESSAGES_MAX, 1);
	struct gather_message m = {
	    .sensor = "pot1", .records = builder_view(f->builder)};
	const uint8_t *bytes;

	assert_true(block_pack(f->block, in, &bytes, &f->e) > 0);
	assert_int_equal(gather_put(f->gather, &m), 0);
}

static void
unused_addresses_are_left_behind(void **state)
{
	struct blocks *f = *state;
	struct addr dict[3] = {v4(1, 1, 1, 1), v4(2, 2, 2, 2), v4(3, 3, 3, 3)};
	uint32_t two[1] = {2};
	int64_t time[1] = {DAY_1};
	struct batch b = {.n = 1,
	    .time = time,
	    .src = two,
	    .dst = two,
	    .addr = dict,
	    .n_addr = 3};
	struct gather_message m = {.sensor = "pot1", .records = &b};

	assert_int_equal(gather_put(f->gather, &m), 1);
	assert_int_equal(gather_view(f->gather)->records.n_addr, 1);
}

static void
wanted_columns_alone_are_unpacked(void **state)
{
	struct blocks *f = *state;
	const struct block_rows *in = gather(f, wild_record, 4, 10);
	struct block_rows out;
	const uint8_t *bytes;
	size_t len = block_pack(f->block, in, &bytes, &f->e);

	assert_int_equal(
	    block_unpack(f->block, bytes, len, BLOCK_WANT(dst), &out, &f->e),
	    0);
	assert_non_null(out.records.dst);
	assert_non_null(out.records.addr);
	assert_null(out.records.src);
	assert_null(out.records.time);
	assert_null(out.records.prefix);
	assert_int_equal(out.records.n_name, 0);
	assert_int_equal(out.n_message, 4);
	assert_int_equal(block_unpack(f->block, bytes, len,
			     BLOCK_WANT_TIME | BLOCK_WANT(prefix), &out, &f->e),
	    0);
	assert_non_null(out.records.time);
	assert_non_null(out.records.name);
	assert_int_equal(out.records.n_addr, 0);
}

/* A block in memory of exactly its size, so that a sanitizer watches. */
static uint8_t *
small_block(struct blocks *f, size_t *len)
{
	const struct block_rows *in = gather(f, wild_record, 2, 3);
	const uint8_t *bytes;
	uint8_t *copy;

	*len = block_pack(f->block, in, &bytes, &f->e);
	copy = malloc(*len);
	memcpy(copy, bytes, *len);
	return copy;
}

static void
a_block_that_was_cut_off_is_refused(void **state)
{
	struct blocks *f = *state;
	struct block_rows out;
	size_t len;
	uint8_t *whole = small_block(f, &len);

	for (size_t n = 0; n < len; n++) {
		uint8_t *part = malloc(n == 0 ? 1 : n);

		memcpy(part, whole, n);
		assert_int_equal(
		    block_unpack(f->block, part, n, 0, &out, &f->e), -1);
		assert_int_equal(f->e.code, EX_DATAERR);
		free(part);
	}
	free(whole);
}

static void
a_flipped_bit_is_noticed(void **state)
{
	struct blocks *f = *state;
	struct block_rows out;
	size_t len, unnoticed = 0;
	uint8_t *bytes = small_block(f, &len);

	for (size_t bit = 0; bit < 8 * len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (block_unpack(f->block, bytes, len, 0, &out, &f->e) == 0)
			unnoticed++;
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* A bit of zstd's own frame header means nothing to it. */
	assert_in_range(unnoticed, 0, 8 * len / 50);
	free(bytes);
}

static void
bytes_behind_a_block_are_refused(void **state)
{
	struct blocks *f = *state;
	struct block_rows out;
	size_t len;
	uint8_t *bytes = small_block(f, &len);

	bytes = realloc(bytes, len + 1);
	bytes[len] = 0;
	assert_int_equal(
	    block_unpack(f->block, bytes, len + 1, 0, &out, &f->e), -1);
	assert_string_equal(f->e.text, "block: something follows its end");
	free(bytes);
}

int
main(void)
{
#define CASE(f)                                                                \
	cmocka_unit_test_setup_teardown(f, setup_blocks, teardown_blocks)
	const struct CMUnitTest tests[] = {
	    CASE(every_column_comes_back_exactly),
	    CASE(columns_of_one_value_cost_nothing),
	    CASE(a_block_holds_65536_records_of_the_wildest_kind),
	    CASE(more_than_a_block_does_not_fit),
	    CASE(messages_are_bounded_too),
	    CASE(unused_addresses_are_left_behind),
	    CASE(wanted_columns_alone_are_unpacked),
	    CASE(a_block_that_was_cut_off_is_refused),
	    CASE(a_flipped_bit_is_noticed),
	    CASE(bytes_behind_a_block_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
