/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/state_fixture.h"

#include <sqlite3.h>
#include <sys/mount.h>
#include <sysexits.h>

static void
the_publishers_run_stays_the_same(void **state)
{
	struct states *f = *state;
	struct run_id before, after, none = {0};

	state_run(f->s, &before);
	reopen(f);
	state_run(f->s, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_memory_not_equal(&before, &none, sizeof(before));
}

static void
the_position_is_kept(void **state)
{
	struct states *f = *state;
	struct store_pos pos = {20778, 42};

	assert_int_equal(state_position(f->s, &pos, &f->e), 0);
	assert_int_equal(pos.day, 0);
	assert_int_equal(pos.id, 0);
	pos = (struct store_pos){20778, 42};
	assert_int_equal(state_set_position(f->s, &pos, &f->e), 0);
	reopen(f);
	pos = (struct store_pos){0};
	assert_int_equal(state_position(f->s, &pos, &f->e), 0);
	assert_int_equal(pos.day, 20778);
	assert_int_equal(pos.id, 42);
}

static void
what_was_begun_and_not_committed_is_gone(void **state)
{
	struct states *f = *state;
	struct store_pos pos = {1, 1};

	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(state_set_position(f->s, &pos, &f->e), 0);
	assert_int_equal(state_log(f->s, "a/", "{}", "x", 1, 1, &f->e), 1);
	reopen(f);
	assert_int_equal(state_position(f->s, &pos, &f->e), 0);
	assert_int_equal(pos.day, 0);
	assert_int_equal(state_log_last(f->s), 0);
}

static int
keep_sensor(void *arg, const struct sensor_state *x)
{
	*(struct sensor_state *)arg = *x;
	return 0;
}

static void
a_sensor_comes_back_exactly(void **state)
{
	struct states *f = *state;
	struct sensor_state x = {.sensor = "pot1",
	    .state = "up",
	    .software = "synhive-agent 1.0.0",
	    .rules = "applied",
	    .address = "10.9.0.3:55555",
	    .last_seen_ns = TIME_NONE,
	    .run = run_of(7),
	    .boot = run_of(8),
	    .clock_ahead_ns = -5,
	    .records = UINT64_MAX,
	    .kernel_lost = 2,
	    .spool_dropped = 3,
	    .gaps = 4,
	    .refused = 5,
	    .undecoded = 6,
	    .duplicates = 7,
	    .queued_messages = 8,
	    .queued_bytes = 9};
	struct sensor_state y = {0};

	assert_int_equal(state_put_sensor(f->s, &x, &f->e), 0);
	x.last_seen_ns = DAY_1;
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(state_put_sensor(f->s, &x, &f->e), 0);
		assert_int_equal(
		    state_sensors(f->s, keep_sensor, &y, &f->e), 0);
		assert_memory_equal(&x, &y, sizeof(x));
		x.last_seen_ns = TIME_NONE;
	}
}

static int
sum_refused(void *arg, const struct refused_state *x)
{
	*(uint64_t *)arg += x->count;
	return 0;
}

static int
count_rows(void *arg, const struct refused_state *x)
{
	(void)x;
	++*(int *)arg;
	return 0;
}

static void
refusals_are_counted_by_why_and_whom(void **state)
{
	struct states *f = *state;
	uint64_t sum = 0;
	int rows = 0;

	state_count_refused(f->s, "unknown-key", "10.0.0.1", 1, 2, &f->e);
	state_count_refused(f->s, "unknown-key", "10.0.0.1", 2, 3, &f->e);
	state_count_refused(f->s, "unknown-key", "10.0.0.2", 2, 3, &f->e);
	state_refused(f->s, sum_refused, &sum, &f->e);
	state_refused(f->s, count_rows, &rows, &f->e);
	assert_int_equal(sum, 8);
	assert_int_equal(rows, 2);
}

static void
strangers_cannot_fill_the_table_of_refusals(void **state)
{
	struct states *f = *state;
	uint64_t sum = 0;
	int rows = 0;
	char who[32];

	state_begin(f->s, &f->e);
	for (int i = 0; i < 10100; i++) {
		snprintf(who, sizeof(who), "%d", i);
		assert_int_equal(
		    state_count_refused(f->s, "unknown-key", who, i, 1, &f->e),
		    0);
	}
	state_commit(f->s, &f->e);
	state_refused(f->s, sum_refused, &sum, &f->e);
	state_refused(f->s, count_rows, &rows, &f->e);
	assert_int_equal(sum, 10100);
	assert_int_equal(rows, 10001);
}

struct seen_runs {
	struct run_state at[4];
	int n;
};

static int
keep_runs(void *arg, const struct run_state *r)
{
	struct seen_runs *out = arg;

	if (out->n < 4)
		out->at[out->n] = *r;
	out->n++;
	return 0;
}

static void
runs_come_in_the_order_of_their_first_hello(void **state)
{
	struct states *f = *state;
	struct seen_runs out = {.n = 0};
	struct run_state r = {.sensor = "pot1", .table = run_of(9)};

	for (uint8_t i = 3; i > 0; i--) {
		r.run = run_of(i);
		r.started_ns = i;
		r.counted_before = i;
		assert_int_equal(state_put_run(f->s, &r, &f->e), 0);
	}
	r.run = run_of(3);
	r.counted_before = 77;
	assert_int_equal(state_put_run(f->s, &r, &f->e), 0);
	strcpy(r.sensor, "pot2");
	assert_int_equal(state_put_run(f->s, &r, &f->e), 0);
	state_runs(f->s, "pot1", keep_runs, &out, &f->e);
	assert_int_equal(out.n, 3);
	assert_int_equal(out.at[0].run.b[0], 3);
	assert_int_equal(out.at[0].counted_before, 77);
	assert_int_equal(out.at[0].table.b[0], 9);
	assert_int_equal(out.at[2].run.b[0], 1);
	assert_int_equal(out.at[2].started_ns, 1);
}

static void
a_sensor_that_restarts_for_ever_keeps_its_newest_runs(void **state)
{
	struct states *f = *state;
	struct seen_runs out = {.n = 0};
	struct run_state r = {.sensor = "pot1"};

	state_begin(f->s, &f->e);
	for (uint32_t i = 1; i <= 4410; i++) {
		memcpy(r.run.b, &i, sizeof(i));
		assert_int_equal(state_put_run(f->s, &r, &f->e), 0);
	}
	state_commit(f->s, &f->e);
	state_runs(f->s, "pot1", keep_runs, &out, &f->e);
	assert_int_equal(out.n, 4400);
	assert_int_equal(out.at[0].run.b[0], 11);
}

struct log {
	uint64_t first, last;
	size_t n;
};

static int
keep_log(void *arg, const struct log_entry *x)
{
	struct log *out = arg;
	uint64_t number;

	if (out->n++ == 0)
		out->first = x->sequence;
	else
		assert_int_equal(x->sequence, out->last + 1);
	out->last = x->sequence;
	assert_string_equal(x->topic, "alert/lab/outbound/");
	assert_string_equal(x->json, "{}");
	assert_int_equal(x->pb_len, sizeof(number));
	memcpy(&number, x->pb, sizeof(number));
	assert_int_equal(number, x->sequence);
	assert_int_equal(x->time_ns, x->sequence);
	return 0;
}

static void
log_entries(struct states *f, uint64_t first, uint64_t last)
{
	assert_int_equal(state_begin(f->s, &f->e), 0);
	for (uint64_t i = first; i <= last; i++)
		assert_int_equal(state_log(f->s, "alert/lab/outbound/", "{}",
				     &i, sizeof(i), (int64_t)i, &f->e),
		    i);
	assert_int_equal(state_commit(f->s, &f->e), 0);
}

static void
the_log_is_numbered_from_one_without_gaps(void **state)
{
	struct states *f = *state;
	struct log out = {.n = 0};
	struct state *reader;

	log_entries(f, 1, 10);
	reopen(f);
	log_entries(f, 11, 20);
	reader = must_open(f, STORE_READ);
	assert_int_equal(state_log_last(reader), 20);
	log_entries(f, 21, 30);
	assert_int_equal(state_log_last(reader), 30);
	state_close(reader);
	state_log_after(f->s, 5, 100, keep_log, &out, &f->e);
	assert_int_equal(out.first, 6);
	assert_int_equal(out.last, 30);
	out.n = 0;
	state_log_after(f->s, 5, 3, keep_log, &out, &f->e);
	assert_int_equal(out.n, 3);
	out.n = 0;
	state_log_after(f->s, UINT64_MAX, 3, keep_log, &out, &f->e);
	assert_int_equal(out.n, 0);
}

static void
a_number_of_an_undone_step_is_given_again(void **state)
{
	struct states *f = *state;
	struct log out = {.n = 0};

	log_entries(f, 1, 1);
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(state_log(f->s, "x/", "{}", "", 0, 1, &f->e), 2);
	reopen(f);
	log_entries(f, 2, 2);
	state_log_after(f->s, 0, 9, keep_log, &out, &f->e);
	assert_int_equal(out.n, 2);
}

static void
old_entries_are_forgotten_but_not_the_last_ten_thousand(void **state)
{
	struct states *f = *state;
	struct log out = {.n = 0};

	log_entries(f, 1, 10100);
	assert_int_equal(state_log_expire(f->s, 51, &f->e), 0);
	state_log_after(f->s, 0, SIZE_MAX, keep_log, &out, &f->e);
	assert_int_equal(out.first, 51);
	assert_int_equal(state_log_expire(f->s, INT64_MAX, &f->e), 0);
	out.n = 0;
	state_log_after(f->s, 0, SIZE_MAX, keep_log, &out, &f->e);
	assert_int_equal(out.first, 101);
	assert_int_equal(out.n, 10000);
	reopen(f);
	assert_int_equal(state_log_last(f->s), 10100);
}

static void
a_full_disk_undoes_the_whole_step(void **state)
{
	struct states *f = *state;
	struct store_pos pos = {7, 7};
	static char large[100000];
	int rc = 0;

	state_close(f->s);
	f->s = NULL;
	if (mount("tmpfs", f->dir, "tmpfs", 0, "size=400k") == -1) {
		print_message("skipped: a tmpfs needs root\n");
		skip();
	}
	f->s = must_open(f, STORE_WRITE);
	assert_int_equal(state_begin(f->s, &f->e), 0);
	assert_int_equal(state_set_position(f->s, &pos, &f->e), 0);
	for (int i = 0; i < 50 && rc == 0; i++)
		rc = state_log(
			 f->s, "x/", "{}", large, sizeof(large), 1, &f->e) == 0
			 ? -1
			 : 0;
	assert_int_equal(state_commit(f->s, rc == 0 ? &f->e : NULL), -1);
	assert_int_equal(f->e.code, EX_TEMPFAIL);
	assert_non_null(strstr(f->e.text, "disk full"));
	assert_int_equal(state_position(f->s, &pos, &f->e), 0);
	assert_int_equal(pos.day, 0);
	assert_int_equal(state_log_last(f->s), 0);
	assert_int_equal(
	    mount("tmpfs", f->dir, "tmpfs", MS_REMOUNT, "size=8m"), 0);
	log_entries(f, 1, 3);
	state_close(f->s);
	f->s = NULL;
	assert_int_equal(umount(f->dir), 0);
}

static void
a_reader_wants_a_state(void **state)
{
	struct states *f = *state;
	struct err e = {0};

	state_close(f->s);
	f->s = NULL;
	remove_folder(f->dir);
	assert_int_equal(mkdir(f->dir, 0700), 0);
	assert_null(state_open(f->dir, STORE_READ, &e));
	assert_int_equal(e.code, EX_NOINPUT);
	assert_non_null(strstr(e.text, "no store in /tmp/synhive-state-"));
}

static void
a_newer_state_is_refused(void **state)
{
	struct states *f = *state;
	char path[256];
	sqlite3 *db;

	state_close(f->s);
	f->s = NULL;
	snprintf(path, sizeof(path), "%s/state.db", f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_null(state_open(f->dir, STORE_READ, &f->e));
	assert_int_equal(f->e.code, EX_DATAERR);
	assert_non_null(strstr(f->e.text, "state.db was made by a newer"));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_state, teardown_state)
	const struct CMUnitTest tests[] = {
	    CASE(the_publishers_run_stays_the_same),
	    CASE(the_position_is_kept),
	    CASE(what_was_begun_and_not_committed_is_gone),
	    CASE(a_sensor_comes_back_exactly),
	    CASE(refusals_are_counted_by_why_and_whom),
	    CASE(strangers_cannot_fill_the_table_of_refusals),
	    CASE(runs_come_in_the_order_of_their_first_hello),
	    CASE(a_sensor_that_restarts_for_ever_keeps_its_newest_runs),
	    CASE(the_log_is_numbered_from_one_without_gaps),
	    CASE(a_number_of_an_undone_step_is_given_again),
	    CASE(old_entries_are_forgotten_but_not_the_last_ten_thousand),
	    CASE(a_full_disk_undoes_the_whole_step),
	    CASE(a_reader_wants_a_state),
	    CASE(a_newer_state_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
