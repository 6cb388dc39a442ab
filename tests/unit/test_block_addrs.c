/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of a block lie in order. */
#include "tests/unit/block_fixture.h"

#include <arpa/inet.h>

static void
more_addresses_than_two_bytes_can_count_do_not_fit(void **state)
{
	struct blocks *f = *state;
	const struct block_rows *rows = gather(f, wild_record, 8, 4096);
	struct gather_message m = {.sensor = "pot1"};
	uint64_t n = rows->records.n;

	do {
		rows = gather_view(f->gather);
		builder_reset(f->builder);
		for (int i = 0; i < 1000; i++) {
			struct record r = wild_record(n++);

			builder_put(f->builder, &r);
		}
		m.records = builder_view(f->builder);
	} while (gather_put(f->gather, &m) == 1);
	assert_in_range(rows->records.n_addr, 60000, BLOCK_ADDRS_GATHERED);
	assert_in_range(rows->records.n, 30000, 50000);
}

static void
sorted_addresses_are_those_of_the_same_records(void **state)
{
	struct blocks *f = *state;
	const struct block_rows *in = gather(f, wild_record, 20, 50);
	struct block_rows out;
	struct addr_words words;
	const uint8_t *bytes;
	struct record r, want;
	size_t len;

	assert_int_equal(gather_sort(f->gather), 0);
	in = gather_view(f->gather);
	for (size_t i = 1; i < in->records.n_addr; i++)
		assert_true(addr_cmp(&in->records.addr[i - 1],
				&in->records.addr[i]) < 0);
	len = block_pack(f->block, in, &bytes, &f->e);
	assert_int_equal(block_unpack(f->block, bytes, len, 0, &out, &f->e), 0);
	for (size_t i = 0; i < out.records.n; i++) {
		batch_get(&out.records, i, &r);
		want = wild_record(i);
		expect_record(&r, &want);
	}
	assert_int_equal(block_words(f->block, &words, &f->e), 1);
	assert_int_equal(words.n, in->records.n_addr);
	for (size_t i = 0; i < words.n; i++)
		for (int w = 0; w < 4; w++) {
			uint32_t v = htonl(words.word[w][i]);

			assert_memory_equal(
			    &v, in->records.addr[i].b + 4 * w, 4);
		}
}

/* 10.0.0.0 on, so that differences are smaller than what they are of. */
static struct record
near_record(uint64_t n)
{
	struct record r = tame_record(n);

	r.src = v4(10, 0, (uint8_t)(n >> 8), (uint8_t)n);
	return r;
}

static void
near_addresses_are_kept_as_differences(void **state)
{
	struct blocks *f = *state;
	const struct block_rows *in = gather(f, near_record, 8, 1000);
	struct block_rows out;
	const uint8_t *bytes;
	struct record r, want;
	size_t len;

	assert_int_equal(gather_sort(f->gather), 0);
	in = gather_view(f->gather);
	len = block_pack(f->block, in, &bytes, &f->e);
	/* The index has two bytes, an address less than one, where without
	 * they had two each. */
	assert_in_range(len, 1, 8000 * 3);
	assert_int_equal(block_unpack(f->block, bytes, len, 0, &out, &f->e), 0);
	for (size_t i = 0; i < out.records.n; i++) {
		batch_get(&out.records, i, &r);
		want = near_record(i);
		expect_record(&r, &want);
	}
}

int
main(void)
{
#define CASE(f)                                                                \
	cmocka_unit_test_setup_teardown(f, setup_blocks, teardown_blocks)
	const struct CMUnitTest tests[] = {
	    CASE(more_addresses_than_two_bytes_can_count_do_not_fit),
	    CASE(sorted_addresses_are_those_of_the_same_records),
	    CASE(near_addresses_are_kept_as_differences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
