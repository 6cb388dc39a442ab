/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include <sysexits.h>

static void
what_was_committed_is_scanned_in_order(void **state)
{
	struct fixture *f = *state;

	fill(f, 20, 100);
	expect_all(f);
	reopen_store(f);
	expect_all(f);
}

static void
a_message_before_its_commit_is_not_seen(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();

	fill(f, 1, 5);
	assert_int_equal(put_message(f, "pot1", run_of(1), 2, 5), 1);
	expect_scan(f->store, &q, 1, 5);
	commit(f);
	expect_all(f);
}

static void
a_message_that_comes_again_is_known(void **state)
{
	struct fixture *f = *state;
	struct run_id run = run_of(1);

	assert_int_equal(put_message(f, "pot1", run, 7, 3), 1);
	assert_true(store_has(f->store, "pot1", &run, 7));
	assert_int_equal(put_message(f, "pot1", run, 7, 3), 0);
	commit(f);
	assert_int_equal(put_message(f, "pot1", run, 7, 3), 0);
	reopen_store(f);
	assert_int_equal(put_message(f, "pot1", run, 7, 3), 0);
	assert_false(store_has(f->store, "pot1", &run, 8));
}

static void
sequences_are_counted_by_sensor_and_run(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put_message(f, "pot1", run_of(1), 1, 1), 1);
	assert_int_equal(put_message(f, "pot2", run_of(1), 1, 1), 1);
	assert_int_equal(put_message(f, "pot1", run_of(2), 1, 1), 1);
	assert_int_equal(put_message(f, "pot1", run_of(1), 1, 1), 0);
	commit(f);
}

static void
a_message_is_known_after_midnight_and_a_recut(void **state)
{
	struct fixture *f = *state;

	fill(f, 10, 10);
	f->now_ns = DAY_2 + NS_PER_SEC;
	assert_int_equal(put_message(f, "pot1", run_of(1), 5, 10), 0);
	fill(f, 1, 10);
	assert_int_equal(recut_all(f), 1);
	assert_int_equal(put_message(f, "pot1", run_of(1), 5, 10), 0);
	reopen_store(f);
	assert_int_equal(put_message(f, "pot1", run_of(1), 5, 10), 0);
	assert_int_equal(put_message(f, "pot1", run_of(1), 11, 10), 0);
	assert_int_equal(put_message(f, "pot1", run_of(1), 12, 10), 1);
}

static void
a_scan_names_the_sensor_of_each_row(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct store_scan *sc;
	struct store_chunk c;

	for (int turn = 0; turn < 2; turn++) {
		if (turn == 0) {
			put_message(f, "pot1", run_of(1), 1, 2);
			put_message(f, "pot2", run_of(2), 1, 3);
			commit(f);
		} else {
			f->now_ns = DAY_2;
			assert_int_equal(recut_all(f), 1);
		}
		sc = store_scan_open(f->store, &q, &f->e);
		assert_int_equal(store_scan_next(sc, &c, &f->e), 1);
		assert_int_equal(c.records.n, 5);
		for (size_t i = 0; i < 5; i++)
			assert_string_equal(c.sensor_name[c.sensor[i]],
			    i < 2 ? "pot1" : "pot2");
		assert_int_equal(c.received_ns, DAY_1 + NS_PER_HOUR);
		assert_int_equal(c.pos.id, 2);
		store_scan_close(sc);
	}
}

static void
a_day_of_commit_is_a_file(void **state)
{
	struct fixture *f = *state;
	struct store_pos before, after;

	before = fill(f, 1, 1);
	f->now_ns = DAY_2;
	after = fill(f, 1, 1);
	assert_true(has_file(f, "day-2026-11-21.db"));
	assert_true(has_file(f, "day-2026-11-22.db"));
	assert_int_equal(before.day, 20778);
	assert_int_equal(after.day, 20779);
	assert_true(store_pos_cmp(&before, &after) < 0);
	expect_all(f);
}

static void
a_clock_that_goes_back_does_not_change_the_order(void **state)
{
	struct fixture *f = *state;
	struct store_pos before, after;

	f->now_ns = DAY_2;
	before = fill(f, 1, 1);
	f->now_ns = DAY_1;
	after = fill(f, 1, 1);
	assert_true(store_pos_cmp(&before, &after) < 0);
	expect_all(f);
}

static void
a_scan_begins_behind_a_position(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();

	q.after = fill(f, 10, 10);
	fill(f, 5, 10);
	expect_scan(f->store, &q, 101, 150);
	f->now_ns = DAY_2;
	fill(f, 1, 10);
	expect_scan(f->store, &q, 101, 160);
}

/* How many rows 'q' brings. */
static size_t
count(struct fixture *f, const struct store_query *q)
{
	struct store_scan *sc = store_scan_open(f->store, q, &f->e);
	struct store_chunk c;
	size_t n = 0;

	while (store_scan_next(sc, &c, &f->e) == 1)
		n += c.records.n;
	store_scan_close(sc);
	return n;
}

static int
keep_run(void *arg, const struct store_run *r)
{
	struct store_run *out = arg;

	*out = *r;
	return 0;
}

static void
a_commit_of_nothing_tells_the_last_position(void **state)
{
	struct fixture *f = *state;
	struct store_pos before = commit(f), after;

	assert_int_equal(before.day, 0);
	before = fill(f, 3, 1);
	after = commit(f);
	assert_int_equal(store_pos_cmp(&before, &after), 0);
	reopen_store(f);
	after = commit(f);
	assert_int_equal(store_pos_cmp(&before, &after), 0);
}

static void
counters_that_lie_do_not_overflow(void **state)
{
	struct fixture *f = *state;
	struct batch none = {0};
	struct store_item it = {.sensor = "pot1",
	    .run = run_of(1),
	    .received_ns = f->now_ns,
	    .kernel_lost = UINT64_MAX,
	    .dropped = INT64_MAX,
	    .records = &none};
	struct store_run r;

	for (it.sequence = UINT64_MAX - 2; it.sequence != 0; it.sequence++)
		assert_int_equal(store_put(f->store, &it, &f->e), 1);
	commit(f);
	f->now_ns = DAY_2;
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(store_runs(f->store, keep_run, &r, &f->e), 0);
		assert_int_equal(r.kernel_lost, 3 * (uint64_t)UINT32_MAX);
		assert_int_equal(r.dropped, 3 * (uint64_t)UINT32_MAX);
		assert_int_equal(r.highest, UINT64_MAX);
		assert_int_equal(recut_all(f), turn == 0);
		reopen_store(f);
	}
	it.sequence = UINT64_MAX;
	assert_int_equal(store_put(f->store, &it, &f->e), 0);
}

static void
other_times_and_hosts_are_not_opened(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct addr there = v4(10, 0, 0, 3), nobody = v4(192, 0, 2, 1);

	fill(f, 10, 10);
	f->now_ns = DAY_2;
	fill(f, 1, 1);
	for (int turn = 0; turn < 2; turn++) {
		q = everything();
		q.since_ns = DAY_2;
		assert_int_equal(count(f, &q), 1);
		q = everything();
		q.until_ns = DAY_2;
		assert_int_equal(count(f, &q), 100);
		q.until_ns = DAY_1;
		assert_int_equal(count(f, &q), 0);
		q = everything();
		q.n_host = 1;
		q.host = &nobody;
		assert_int_equal(count(f, &q), 0);
		q.host = &there;
		assert_in_range(count(f, &q), 1, 100);
		assert_int_equal(recut_all(f), turn == 0);
	}
}

static void
columns_not_asked_for_may_be_left_out(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct store_scan *sc;
	struct store_chunk c;

	fill(f, 10, 10);
	f->now_ns = DAY_2;
	assert_int_equal(recut_all(f), 1);
	q.columns = STORE_WANT(seq);
	sc = store_scan_open(f->store, &q, &f->e);
	assert_int_equal(store_scan_next(sc, &c, &f->e), 1);
	assert_int_equal(c.records.n, 100);
	assert_int_equal(batch_seq(&c.records, 99), 100);
	assert_null(c.records.time);
	assert_null(c.records.src);
	assert_int_equal(c.records.n_addr, 0);
	store_scan_close(sc);
}

static void
a_run_tells_what_is_missing(void **state)
{
	struct fixture *f = *state;
	struct store_run r;

	/* 1 and 2, 4 never comes, the heartbeat is 3. */
	put_message(f, "pot1", run_of(1), 1, 10);
	put_message(f, "pot1", run_of(1), 2, 10);
	put_message(f, "pot1", run_of(1), 3, 0);
	put_message(f, "pot1", run_of(1), 5, 10);
	commit(f);
	f->now_ns = DAY_2;
	put_message(f, "pot1", run_of(1), 6, 10);
	commit(f);
	for (int turn = 0; turn < 3; turn++) {
		assert_int_equal(store_runs(f->store, keep_run, &r, &f->e), 0);
		assert_string_equal(r.sensor, "pot1");
		assert_int_equal(r.received, 5);
		assert_int_equal(r.highest, 6);
		assert_int_equal(r.gaps, 1);
		assert_int_equal(r.records, 40);
		assert_int_equal(r.first_received_ns, DAY_1 + NS_PER_HOUR);
		assert_int_equal(r.last_received_ns, DAY_2);
		if (turn == 0)
			recut_all(f);
		reopen_store(f);
	}
}

static int
count_runs(void *arg, const struct store_run *r)
{
	(void)r;
	return ++*(int *)arg;
}

static void
a_callback_can_stop_the_telling_of_runs(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	put_message(f, "pot1", run_of(1), 1, 1);
	put_message(f, "pot1", run_of(2), 1, 1);
	commit(f);
	assert_int_equal(store_runs(f->store, count_runs, &n, &f->e), 1);
	assert_int_equal(n, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(what_was_committed_is_scanned_in_order),
	    CASE(a_message_before_its_commit_is_not_seen),
	    CASE(a_message_that_comes_again_is_known),
	    CASE(sequences_are_counted_by_sensor_and_run),
	    CASE(a_message_is_known_after_midnight_and_a_recut),
	    CASE(a_scan_names_the_sensor_of_each_row),
	    CASE(a_day_of_commit_is_a_file),
	    CASE(a_clock_that_goes_back_does_not_change_the_order),
	    CASE(a_scan_begins_behind_a_position),
	    CASE(a_commit_of_nothing_tells_the_last_position),
	    CASE(counters_that_lie_do_not_overflow),
	    CASE(other_times_and_hosts_are_not_opened),
	    CASE(columns_not_asked_for_may_be_left_out),
	    CASE(a_run_tells_what_is_missing),
	    CASE(a_callback_can_stop_the_telling_of_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
