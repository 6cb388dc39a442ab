/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/core_fixture.h"

/* What is told to be lost, once everything is counted anew and after a
 * restart. */
static void
expect_lost(struct cores *x, uint64_t lost)
{
	core_sensors_hang_up(&x->c);
	core_sensors_save(&x->c);
	assert_int_equal(x->c.sensor[0].state.kernel_lost, lost);
	restart_core(x);
	core_sensors_save(&x->c);
	assert_int_equal(x->c.sensor[0].state.kernel_lost, lost);
}

static void
heartbeat(struct cores *x, uint32_t run, uint64_t records, uint64_t undecoded,
    uint64_t refused)
{
	struct wire_heartbeat h = {.run = run_numbered(run),
	    .sequence = 2,
	    .records = records,
	    .undecoded = undecoded,
	    .refused = refused};

	core_sensor_heartbeat(&x->c, 0, &h);
}

static void
what_nobody_read_between_two_runs_is_lost(void **state)
{
	struct cores *x = *state;

	hello(x, 1, 3);
	deliver(x, 1, 1, 10);
	expect_lost(x, 3);
	hello(x, 2, 15);
	expect_lost(x, 5);
	deliver(x, 2, 1, 10);
	expect_lost(x, 5);
	/* A run that told of more than was counted takes nothing back. */
	hello(x, 3, 20);
	expect_lost(x, 5);
}

static void
a_thousand_runs_lose_what_each_of_them_lost(void **state)
{
	struct cores *x = *state;

	for (uint32_t i = 0; i < 1000; i++) {
		hello(x, i + 1, i * 11);
		deliver(x, i + 1, 1, 10);
		if (i % 7 == 0)
			core_sensors_save(&x->c);
	}
	expect_lost(x, 999);
}

static void
another_table_counts_from_nothing(void **state)
{
	struct cores *x = *state;
	struct wire_hello h = {
	    .run = run_numbered(2), .table = run_of(2), .counted_before = 4};

	hello(x, 1, 0);
	deliver(x, 1, 1, 10);
	core_sensor_run(&x->c, 0, "10.9.0.3:5555", &h, x->f->now_ns);
	expect_lost(x, 4);
}

static void
what_was_read_and_is_no_record_is_not_lost(void **state)
{
	struct cores *x = *state;

	hello(x, 1, 0);
	deliver(x, 1, 1, 10);
	heartbeat(x, 1, 10, 5, 0);
	expect_lost(x, 0);
	hello(x, 2, 15);
	expect_lost(x, 0);
	/* A batch of 7 was refused. */
	deliver(x, 2, 1, 10);
	heartbeat(x, 2, 17, 0, 1);
	expect_lost(x, 0);
	hello(x, 3, 32);
	expect_lost(x, 0);
}

static void
what_is_committed_after_the_next_hello_is_not_lost(void **state)
{
	struct cores *x = *state;

	hello(x, 1, 0);
	core_sensors_save(&x->c);
	put_message(x->f, "pot1", run_numbered(1), 1, 10);
	hello(x, 2, 10);
	commit(x->f);
	expect_lost(x, 0);
}

static void
expired_days_change_no_sum(void **state)
{
	struct cores *x = *state;

	hello(x, 1, 0);
	for (int day = 0; day < 3; day++) {
		x->f->now_ns = DAY_1 + day * NS_PER_DAY;
		/* 2 and 5 are missing. */
		deliver(x, 1, (uint64_t)day * 3 + 1, 10);
		deliver(x, 1, (uint64_t)day * 3 + 3, 10);
	}
	core_sensors_save(&x->c);
	assert_int_equal(core_expire(&x->c, x->f->now_ns + 1, &x->f->e), 1);
	assert_int_equal(core_expire(&x->c, x->f->now_ns + 1, &x->f->e), 0);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(x->c.sensor[0].state.records, 60);
		assert_int_equal(x->c.sensor[0].state.gaps, 3);
		expect_lost(x, 0);
	}
	hello(x, 2, 60);
	expect_lost(x, 0);
	/* And the run that is known no more. */
	x->f->now_ns += 2 * NS_PER_DAY;
	deliver(x, 2, 1, 10);
	while (core_expire(&x->c, x->f->now_ns + 1, &x->f->e) == 1)
		;
	expect_lost(x, 0);
	assert_int_equal(x->c.sensor[0].state.records, 70);
	hello(x, 3, 75);
	expect_lost(x, 5);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_core, teardown_core)
	const struct CMUnitTest tests[] = {
	    CASE(what_nobody_read_between_two_runs_is_lost),
	    CASE(a_thousand_runs_lose_what_each_of_them_lost),
	    CASE(another_table_counts_from_nothing),
	    CASE(what_was_read_and_is_no_record_is_not_lost),
	    CASE(what_is_committed_after_the_next_hello_is_not_lost),
	    CASE(expired_days_change_no_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
