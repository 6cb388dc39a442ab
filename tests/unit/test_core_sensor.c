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

static void
addresses_of_one_host_are_one_honeypot_after_a_restart(void **state)
{
	struct cores *x = *state;
	struct addr addr[100];
	struct wire_hello h = {.run = run_numbered(1), .addr = addr};
	struct site *site = x->config.site;

	for (uint8_t i = 0; i < 100; i++)
		addr[i] = v4(11, 11, 79, i);
	h.n_addr = 100;
	core_sensor_run(&x->c, 0, "10.9.0.3:5555", &h, x->f->now_ns);
	core_sensors_save(&x->c);
	assert_null(site_honeypot(site, &addr[3]));
	restart_core(x);
	assert_non_null(site_honeypot(site, &addr[3]));
	assert_ptr_equal(
	    site_honeypot(site, &addr[3]), site_honeypot(site, &addr[63]));
	/* The next Hello says what there is now. */
	h.n_addr = 2;
	core_sensor_run(&x->c, 0, "10.9.0.3:5555", &h, x->f->now_ns);
	core_sensors_save(&x->c);
	restart_core(x);
	assert_int_equal(x->c.sensor[0].state.n_addr, 2);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_core, teardown_core)
	const struct CMUnitTest tests[] = {
	    CASE(a_hello_waits_for_the_next_save),
	    CASE(what_a_save_could_not_write_is_written_by_the_next),
	    CASE(addresses_of_one_host_are_one_honeypot_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
