/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

static void
days_older_than_asked_are_removed(void **state)
{
	struct fixture *f = *state;
	struct run_id run = run_of(1);
	struct store_query q = everything();

	fill(f, 2, 10);
	f->now_ns = DAY_2;
	fill(f, 2, 10);
	assert_int_equal(store_expire(f->store, DAY_2 + 1, 1, &f->e), 0);
	assert_int_equal(
	    store_expire(f->store, DAY_2 + NS_PER_DAY + 1, 1, &f->e), 1);
	assert_false(has_file(f, "day-2026-11-21.db"));
	assert_false(has_file(f, "day-2026-11-21.db-wal"));
	assert_false(has_file(f, "day-2026-11-21.db-shm"));
	expect_scan(f->store, &q, 21, 40);
	assert_false(store_has(f->store, "pot1", &run, 1));
	assert_true(store_has(f->store, "pot1", &run, 3));
	fill(f, 1, 10);
	expect_scan(f->store, &q, 21, 50);
}

static void
all_days_may_be_removed(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();

	fill(f, 2, 10);
	assert_int_equal(
	    store_expire(f->store, DAY_2 + NS_PER_DAY + 1, 1, &f->e), 1);
	expect_scan(f->store, &q, 1, 0);
	f->now_ns += 5 * NS_PER_DAY;
	fill(f, 1, 10);
	expect_scan(f->store, &q, 21, 30);
}

static void
a_jump_of_the_clock_removes_no_day_or_one(void **state)
{
	struct fixture *f = *state;
	int64_t jumped = DAY_1 + 900 * NS_PER_DAY;

	for (int i = 0; i < 3; i++) {
		f->now_ns = DAY_1 + i * NS_PER_DAY;
		fill(f, 1, 10);
	}
	assert_int_equal(store_expire(f->store, jumped, 1, &f->e), 0);
	reopen_store(f);
	assert_int_equal(store_expire(f->store, jumped, 1, &f->e), 0);
	expect_all(f);
	/* What comes now was sent when the clock says it is. */
	f->now_ns = jumped;
	fill(f, 1, 10);
	assert_int_equal(store_expire(f->store, jumped, 1, &f->e), 1);
	assert_false(has_file(f, "day-2026-11-21.db"));
	assert_true(has_file(f, "day-2026-11-22.db"));
}

static int
keep_run(void *arg, const struct store_run *r)
{
	struct store_run *out = arg;

	*out = *r;
	return 0;
}

static void
sequences_of_removed_days_are_no_gaps(void **state)
{
	struct fixture *f = *state;
	struct store_run r;

	fill(f, 5, 1);
	f->now_ns = DAY_2;
	f->sequence++; /* lost */
	fill(f, 2, 1);
	assert_int_equal(
	    store_expire(f->store, DAY_2 + NS_PER_DAY + 1, 1, &f->e), 1);
	assert_int_equal(store_runs(f->store, keep_run, &r, &f->e), 0);
	assert_int_equal(r.received, 2);
	assert_int_equal(r.highest, 8);
	assert_int_equal(r.gaps, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(days_older_than_asked_are_removed),
	    CASE(all_days_may_be_removed),
	    CASE(a_jump_of_the_clock_removes_no_day_or_one),
	    CASE(sequences_of_removed_days_are_no_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
