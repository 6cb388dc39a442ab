/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/core_fixture.h"

static void
a_hello_waits_for_the_next_save(void **state)
{
	struct cores *x = *state;

	hello(x, 1, 0);
	assert_int_equal(ask_state(x, "SELECT count(*) FROM run"), 0);
	core_sensors_save(&x->c);
	assert_int_equal(ask_state(x, "SELECT count(*) FROM run"), 1);
}

static void
what_a_save_could_not_write_is_written_by_the_next(void **state)
{
	struct cores *x = *state;

	core_sensors_save(&x->c);
	ask_state(x, "CREATE TRIGGER full BEFORE INSERT ON refused"
		     " WHEN new.who = 'b' BEGIN"
		     " SELECT raise(FAIL, 'no'); END");
	hello(x, 1, 0);
	core_count_refused(&x->c, "name", "a");
	core_count_refused(&x->c, "name", "b");
	core_sensors_save(&x->c);
	assert_int_equal(ask_state(x, "SELECT count(*) FROM run"), 0);
	ask_state(x, "DROP TRIGGER full");
	core_count_refused(&x->c, "name", "b");
	core_sensors_save(&x->c);
	assert_int_equal(ask_state(x, "SELECT count(*) FROM run"), 1);
	assert_int_equal(
	    ask_state(x, "SELECT count(*) FROM sensor WHERE state = 'up'"), 1);
	assert_int_equal(
	    ask_state(x, "SELECT count FROM refused WHERE who = 'a'"), 1);
	assert_int_equal(
	    ask_state(x, "SELECT count FROM refused WHERE who = 'b'"), 2);
	/* Once. */
	core_sensors_save(&x->c);
	assert_int_equal(ask_state(x, "SELECT sum(count) FROM refused"), 3);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_core, teardown_core)
	const struct CMUnitTest tests[] = {
	    CASE(a_hello_waits_for_the_next_save),
	    CASE(what_a_save_could_not_write_is_written_by_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
