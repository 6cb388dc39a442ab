/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/state_fixture.h"

#include <sqlite3.h>
#include <sysexits.h>

static void
change(struct states *f, const char *sql)
{
	char path[256];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/state.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int
keep_sensor(void *arg, const struct sensor_state *x)
{
	*(struct sensor_state *)arg = *x;
	return 0;
}

static int
keep_run(void *arg, const struct run_state *r)
{
	*(struct run_state *)arg = *r;
	return 0;
}

static struct sensor_state
full_sensor(void)
{
	struct sensor_state x = {.sensor = "pot1",
	    .last_seen_ns = DAY_1,
	    .since_ns = DAY_1 - 1,
	    .records = 10,
	    .expired = {1, 2, 3, 4},
	    .n_addr = SENSOR_ADDRS_MAX};

	for (uint8_t i = 0; i < SENSOR_ADDRS_MAX; i++)
		x.addr[i] = v4(11, 11, 79, i);
	/* The longest that there is. */
	assert_int_equal(
	    addr_parse("2001:db8:1111:2222:3333:4444:5555:6666", &x.addr[7]),
	    0);
	return x;
}

static void
addresses_and_what_expired_come_back(void **state)
{
	struct states *f = *state;
	struct sensor_state x = full_sensor(), y;
	struct run_state r = {.sensor = "pot1",
	    .run = run_of(1),
	    .accounted = 1,
	    .expired = 2,
	    .undecoded = 3,
	    .unread = UINT64_MAX};
	struct run_state s;

	assert_int_equal(state_put_sensor(f->s, &x, &f->e), 0);
	assert_int_equal(state_sensors(f->s, keep_sensor, &y, &f->e), 0);
	assert_memory_equal(&x, &y, sizeof(x));
	for (int turn = 0; turn < 2; turn++) {
		r.accounted += 5;
		assert_int_equal(state_put_run(f->s, &r, &f->e), 0);
		assert_int_equal(
		    state_runs(f->s, "pot1", keep_run, &s, &f->e), 0);
		assert_memory_equal(&r, &s, sizeof(r));
	}
}

static void
a_state_of_the_first_format_is_brought_up_to_date(void **state)
{
	static const char back[] =
	    "ALTER TABLE sensor DROP COLUMN expired_records;"
	    "ALTER TABLE sensor DROP COLUMN expired_kernel_lost;"
	    "ALTER TABLE sensor DROP COLUMN expired_dropped;"
	    "ALTER TABLE sensor DROP COLUMN expired_gaps;"
	    "ALTER TABLE sensor DROP COLUMN addresses;"
	    "ALTER TABLE run DROP COLUMN accounted;"
	    "ALTER TABLE run DROP COLUMN expired;"
	    "ALTER TABLE run DROP COLUMN undecoded;"
	    "ALTER TABLE run DROP COLUMN unread;"
	    "ALTER TABLE publisher DROP COLUMN clock_ns;"
	    "ALTER TABLE sensor DROP COLUMN since_ns;"
	    "ALTER TABLE alert DROP COLUMN note;"
	    "ALTER TABLE incident DROP COLUMN episodes_left_out;"
	    "DROP TABLE moment; DROP TABLE snapshot; DROP TABLE episode;"
	    "DROP TABLE vector; DROP TABLE handling; DROP TABLE held;"
	    "DROP TABLE audit; DROP TABLE expectation;"
	    "PRAGMA user_version = 1";
	struct states *f = *state;
	struct sensor_state x = full_sensor(), y;
	struct run_state r = {
	    .sensor = "pot1", .run = run_of(1), .counted_before = 7};
	struct run_state s;

	assert_int_equal(state_put_sensor(f->s, &x, &f->e), 0);
	assert_int_equal(state_put_run(f->s, &r, &f->e), 0);
	state_close(f->s);
	change(f, back);
	f->s = state_open(f->dir, STORE_READ, &f->e);
	assert_null(f->s);
	assert_int_equal(f->e.code, EX_DATAERR);
	assert_non_null(strstr(f->e.text, "older version"));
	f->s = must_open(f, STORE_WRITE);
	assert_int_equal(state_sensors(f->s, keep_sensor, &y, &f->e), 0);
	assert_int_equal(y.records, 10);
	assert_int_equal(y.expired.records, 0);
	assert_int_equal(y.n_addr, 0);
	assert_true(y.since_ns == TIME_NONE);
	assert_int_equal(state_runs(f->s, "pot1", keep_run, &s, &f->e), 0);
	assert_memory_equal(&r, &s, sizeof(r));
	assert_int_equal(state_put_sensor(f->s, &x, &f->e), 0);
	assert_int_equal(state_sensors(f->s, keep_sensor, &y, &f->e), 0);
	assert_memory_equal(&x, &y, sizeof(x));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_state, teardown_state)
	const struct CMUnitTest tests[] = {
	    CASE(addresses_and_what_expired_come_back),
	    CASE(a_state_of_the_first_format_is_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
