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

static void
say(struct cores *x, uint64_t sequence, int64_t time_ns, uint64_t lost)
{
	const struct wire_batch b = {.sequence = sequence,
	    .kernel_lost = lost,
	    .records = {.n = 1, .time = &time_ns}};

	core_sensor_batch(&x->c, 0, &b, true);
}

static void
what_a_sensor_knows_begins_with_its_run_and_after_what_it_missed(void **state)
{
	struct cores *x = *state;
	const int64_t t = x->f->now_ns;
	const int64_t *since = &x->c.sensor[0].state.since_ns;
	const struct wire_heartbeat beat = {.sequence = 5, .wall_ns = t + 60};
	struct wire_batch dropped = {.sequence = 8, .dropped = 1};
	int64_t times[2] = {t + 90, t + 95};

	assert_true(*since == TIME_NONE);
	hello(x, 1, 0);
	assert_true(*since == TIME_NONE);
	say(x, 1, t + 10, 0);
	assert_true(*since == t + 10);
	say(x, 2, t + 20, 0);
	/* It was away, and nothing is missing. */
	hello(x, 1, 0);
	say(x, 3, t + 30, 0);
	assert_true(*since == t + 10);
	say(x, 4, t + 40, 7);
	assert_true(*since == t + 40);
	core_sensor_heartbeat(&x->c, 0, &beat);
	assert_true(*since == t + 40);
	say(x, 7, t + 70, 0);
	assert_true(*since == t + 70);
	dropped.records = (struct batch){.n = 2, .time = times};
	core_sensor_batch(&x->c, 0, &dropped, true);
	assert_true(*since == t + 95);
	/* Told again. */
	dropped.sequence = 9;
	times[1] = t + 99;
	core_sensor_batch(&x->c, 0, &dropped, false);
	assert_true(*since == t + 95);
	core_sensors_save(&x->c);
	restart_core(x);
	assert_true(x->c.sensor[0].state.since_ns == t + 95);
	hello(x, 2, 0);
	say(x, 1, t + 200, 0);
	assert_true(x->c.sensor[0].state.since_ns == t + 200);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_core, teardown_core)
	const struct CMUnitTest tests[] = {
	    CASE(a_hello_waits_for_the_next_save),
	    CASE(what_a_save_could_not_write_is_written_by_the_next),
	    CASE(
		what_a_sensor_knows_begins_with_its_run_and_after_what_it_missed),
	    CASE(addresses_of_one_host_are_one_honeypot_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
