/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include "aggregator/store/sequences.h"

static void
sequences_agree_with_a_bitmap(void **state)
{
	enum {
		N = 500
	};
	struct sequences r = {0};
	bool in[N] = {false};

	(void)state;
	for (uint64_t i = 0; i < 400; i++) {
		uint64_t first = mixed(i + 1) % N;
		uint64_t last = first + mixed(i + 1000) % 4;
		uint64_t missing = 0, highest = 0;

		if (last >= N)
			last = N - 1;
		assert_int_equal(sequences_add(&r, first, last), 0);
		for (uint64_t x = first; x <= last; x++)
			in[x] = true;
		for (uint64_t x = 0; x < N; x++) {
			assert_int_equal(sequences_have(&r, x), in[x]);
			highest = in[x] ? x : highest;
		}
		for (uint64_t x = 10; x < highest; x++)
			missing += !in[x];
		assert_int_equal(sequences_highest(&r), highest);
		if (highest > 9)
			assert_int_equal(sequences_missing(&r, 9), missing);
	}
	sequences_fini(&r);
}

static void
sequences_reach_from_zero_to_the_greatest_number(void **state)
{
	struct sequences r = {0};

	(void)state;
	assert_int_equal(sequences_add(&r, UINT64_MAX, UINT64_MAX), 0);
	assert_int_equal(sequences_add(&r, 0, 0), 0);
	assert_true(sequences_have(&r, 0));
	assert_true(sequences_have(&r, UINT64_MAX));
	assert_false(sequences_have(&r, 1));
	assert_int_equal(r.n, 2);
	assert_int_equal(sequences_add(&r, 1, UINT64_MAX - 1), 0);
	assert_int_equal(r.n, 1);
	assert_true(sequences_have(&r, 77));
	sequences_fini(&r);
}

static void
too_many_gaps_close_the_oldest_and_admit_nothing_twice(void **state)
{
	struct sequences r = {0};
	uint64_t i;

	(void)state;
	for (i = 1; i <= 3 * SEQUENCES_MAX; i++) {
		assert_false(sequences_have(&r, 2 * i));
		assert_int_equal(sequences_add(&r, 2 * i, 2 * i), 0);
	}
	assert_int_equal(r.n, SEQUENCES_MAX);
	for (i = 1; i <= 3 * SEQUENCES_MAX; i++)
		assert_true(sequences_have(&r, 2 * i));
	/* The closed gaps count as known; the newest are still open. */
	assert_true(sequences_have(&r, 3));
	assert_false(sequences_have(&r, 6 * SEQUENCES_MAX - 1));
	/* All of them are still told as missing. */
	assert_int_equal(sequences_missing(&r, 0), 3 * SEQUENCES_MAX);
	sequences_fini(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sequences_agree_with_a_bitmap),
	    cmocka_unit_test(sequences_reach_from_zero_to_the_greatest_number),
	    cmocka_unit_test(
		too_many_gaps_close_the_oldest_and_admit_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
