/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/block_fixture.h"

#include "common/ports.h"

#include <sysexits.h>

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

/* With an address of its own. */
static struct record
lone_record(uint64_t n)
{
	struct record r = wild_record(n);

	r.dst = v4(11, 11, 79, 67);
	return r;
}

static void
a_block_holds_65536_records_of_the_wildest_kind(void **state)
{
	expect_same(*state, wild_record, 8, 4096);
	expect_same(*state, lone_record, 15, 4096);
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
	struct ports ports;
	size_t len, unnoticed = 0;
	uint8_t *bytes = small_block(f, &len);

	for (size_t bit = 0; bit < 8 * len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (block_unpack(f->block, bytes, len, 0, &out, &f->e) == 0 &&
		    block_ports(f->block, &ports, &f->e) != -1)
			unnoticed++;
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* A bit of zstd's own frame header means nothing to it. */
	assert_in_range(unnoticed, 0, 8 * len / 50);
	free(bytes);
}

static void
a_block_says_which_ports_are_called(void **state)
{
	struct blocks *f = *state;
	const struct block_rows *in = gather(f, wild_record, 2, 30);
	struct ports ports, expected = {0};
	struct block_rows out;
	const uint8_t *bytes;
	size_t len = block_pack(f->block, in, &bytes, &f->e);

	assert_int_equal(block_unpack(f->block, bytes, len, 0, &out, &f->e), 0);
	assert_int_equal(block_ports(f->block, &ports, &f->e), 1);
	for (uint64_t i = 0; i < 60; i++)
		ports_add(
		    &expected, wild_record(i).dport, wild_record(i).dport);
	assert_memory_equal(&ports, &expected, sizeof(ports));
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
	    CASE(a_block_says_which_ports_are_called),
	    CASE(bytes_behind_a_block_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
