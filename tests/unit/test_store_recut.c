/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include <sqlite3.h>
#include <sysexits.h>

/* The number that 'sql' gives in a day's file, asked past the store. */
static int
ask(struct fixture *f, const char *file, const char *sql)
{
	char path[256];
	sqlite3 *db;
	sqlite3_stmt *st;
	int n;

	snprintf(path, sizeof(path), "%s/%s", f->dir, file);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int(st, 0) : 0;
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

#define DAY_FILE "day-2026-11-21.db"

static void
a_full_block_is_cut_while_the_day_is_open(void **state)
{
	struct fixture *f = *state;

	fill(f, 140, 500);
	assert_int_equal(recut_all(f), 1);
	assert_int_equal(ask(f, DAY_FILE, "SELECT records FROM block"), 65500);
	assert_int_equal(ask(f, DAY_FILE, "SELECT count(*) FROM batch"), 9);
	expect_all(f);
	fill(f, 140, 500);
	assert_int_equal(recut_all(f), 1);
	expect_all(f);
	reopen_store(f);
	expect_all(f);
}

static void
less_than_a_block_is_left_until_the_day_is_over(void **state)
{
	struct fixture *f = *state;

	fill(f, 20, 500);
	assert_int_equal(recut_all(f), 0);
	f->now_ns = DAY_2;
	assert_int_equal(recut_all(f), 1);
	expect_all(f);
}

static void
young_messages_are_left_alone(void **state)
{
	struct fixture *f = *state;

	fill(f, 140, 500);
	assert_int_equal(
	    store_recut(f->store, f->now_ns, NS_PER_SEC, &f->e), 0);
	assert_int_equal(
	    store_recut(f->store, f->now_ns + NS_PER_SEC, NS_PER_SEC, &f->e),
	    1);
}

static void
a_block_is_never_cut_within_a_transaction(void **state)
{
	struct fixture *f = *state;

	put_message(f, "pot1", run_of(1), 1, 1);
	assert_int_equal(store_recut(f->store, f->now_ns, 0, &f->e), -1);
	assert_int_equal(f->e.code, EX_SOFTWARE);
	commit(f);
	expect_all(f);
}

static void
a_scan_may_begin_in_the_middle_of_a_block(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();

	q.after = fill(f, 30, 10);
	fill(f, 20, 10);
	f->now_ns = DAY_2;
	assert_int_equal(recut_all(f), 1);
	expect_scan(f->store, &q, 301, 500);
}

static void
a_recut_during_a_scan_neither_loses_nor_doubles(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct store_scan *sc;
	struct store_chunk c;
	uint32_t next = 1;

	fill(f, 260, 500);
	sc = store_scan_open(f->store, &q, &f->e);
	/* The scan is 16,500 rows within what becomes a block ... */
	assert_int_equal(store_scan_next(sc, &c, &f->e), 1);
	next = check_chunk(&c, next);
	assert_int_equal(next, 16501);
	assert_int_equal(recut_all(f), 1);
	/* ... and ends within another, of which the rest came later. */
	fill(f, 120, 500);
	f->now_ns = DAY_2;
	recut_all(f);
	while (store_scan_next(sc, &c, &f->e) == 1)
		next = check_chunk(&c, next);
	assert_int_equal(next, 130001);
	store_scan_close(sc);
	expect_all(f);
}

static void
a_scan_ends_where_the_store_did_when_it_began(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct store_scan *sc;
	struct store_chunk c;
	uint32_t next = 1;

	fill(f, 3, 10);
	sc = store_scan_open(f->store, &q, &f->e);
	fill(f, 3, 10);
	f->now_ns = DAY_2;
	fill(f, 3, 10);
	while (store_scan_next(sc, &c, &f->e) == 1)
		next = check_chunk(&c, next);
	assert_int_equal(next, 31);
	store_scan_close(sc);
}

static void
a_scan_ends_with_the_position_asked_for(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct store_pos first, later;

	first = fill(f, 6, 10);
	f->now_ns = DAY_2;
	later = fill(f, 6, 10);
	/* Loose, in a block of the first day, in one of the second. */
	for (int turn = 0; turn < 3; turn++) {
		q.after = (struct store_pos){0};
		q.until = (struct store_pos){first.day, 4};
		expect_scan(f->store, &q, 1, 40);
		q.after = (struct store_pos){first.day, 2};
		expect_scan(f->store, &q, 21, 40);
		q.until = (struct store_pos){later.day, 2};
		expect_scan(f->store, &q, 21, 80);
		q.until = (struct store_pos){later.day, 0};
		expect_scan(f->store, &q, 21, 60);
		q.until = (struct store_pos){first.day + 7, 1};
		expect_scan(f->store, &q, 21, 120);
		q.after = q.until = first;
		expect_scan(f->store, &q, 1, 0);
		f->now_ns += turn * NS_PER_DAY;
		recut_all(f);
	}
}

static void
heartbeats_leave_their_sequence_and_no_row(void **state)
{
	struct fixture *f = *state;
	struct store_pos before, after;

	for (int i = 0; i < 100; i++)
		put_message(f, "pot1", run_of(1), ++f->sequence, 0);
	before = commit(f);
	f->now_ns = DAY_2;
	assert_int_equal(recut_all(f), 1);
	expect_all(f);
	assert_int_equal(ask(f, DAY_FILE, "SELECT count(*) FROM batch"), 0);
	assert_int_equal(ask(f, DAY_FILE, "SELECT count(*) FROM part"), 1);
	reopen_store(f);
	assert_int_equal(put_message(f, "pot1", run_of(1), 50, 0), 0);
	/* Their ids are not used again: a position stays what it was. */
	f->now_ns = DAY_1;
	after = fill(f, 1, 1);
	assert_true(store_pos_cmp(&before, &after) < 0);
}

static void
parts_of_one_run_grow_together(void **state)
{
	struct fixture *f = *state;

	fill(f, 140, 500);
	recut_all(f);
	fill(f, 140, 500);
	recut_all(f);
	assert_int_equal(ask(f, DAY_FILE, "SELECT count(*) FROM part"), 1);
	assert_int_equal(ask(f, DAY_FILE, "SELECT messages FROM part"), 262);
	assert_int_equal(ask(f, DAY_FILE, "SELECT last FROM part"), 262);
}

static void
a_finished_day_is_a_plain_file(void **state)
{
	struct fixture *f = *state;

	fill(f, 3, 10);
	assert_true(has_file(f, DAY_FILE "-wal"));
	f->now_ns = DAY_2;
	fill(f, 3, 10);
	assert_int_equal(recut_all(f), 1);
	assert_false(has_file(f, DAY_FILE "-wal"));
	assert_false(has_file(f, DAY_FILE "-shm"));
	assert_true(has_file(f, "day-2026-11-22.db-wal"));
	expect_all(f);
	reopen_store(f);
	assert_int_equal(recut_all(f), 0);
	assert_false(has_file(f, DAY_FILE "-wal"));
	expect_all(f);
}

static void
a_reader_delays_the_finishing_of_a_day_only(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct store_scan *sc;
	struct store_chunk c;

	fill(f, 3, 10);
	sc = store_scan_open(f->store, &q, &f->e);
	assert_int_equal(store_scan_next(sc, &c, &f->e), 1);
	f->now_ns = DAY_2;
	fill(f, 3, 10);
	assert_int_equal(recut_all(f), 1);
	assert_true(has_file(f, DAY_FILE "-wal"));
	store_scan_close(sc);
	assert_int_equal(recut_all(f), 0); /* too early to try again */
	assert_true(has_file(f, DAY_FILE "-wal"));
	f->now_ns += 61 * NS_PER_SEC;
	assert_int_equal(recut_all(f), 0);
	assert_false(has_file(f, DAY_FILE "-wal"));
	expect_all(f);
}

static void
what_cannot_be_decoded_is_set_aside(void **state)
{
	struct fixture *f = *state;

	fill(f, 3, 10);
	ask(f, DAY_FILE,
	    "UPDATE batch SET data = x'53480104ff' WHERE id = 3 RETURNING 1");
	f->now_ns = DAY_2;
	assert_int_equal(recut_all(f), 1);
	assert_int_equal(ask(f, DAY_FILE, "SELECT sequence FROM damaged"), 3);
	f->made = 20;
	expect_all(f);
	assert_int_equal(put_message(f, "pot1", run_of(1), 3, 1), 0);
}

static void
a_scan_names_the_damaged_block(void **state)
{
	struct fixture *f = *state;
	struct store_query q = everything();
	struct store_scan *sc;
	struct store_chunk c;

	fill(f, 3, 10);
	f->now_ns = DAY_2;
	recut_all(f);
	ask(f, DAY_FILE,
	    "UPDATE block SET data = substr(data, 1, length(data) - 1) "
	    "RETURNING 1");
	sc = store_scan_open(f->store, &q, &f->e);
	assert_int_equal(store_scan_next(sc, &c, &f->e), -1);
	assert_int_equal(f->e.code, EX_DATAERR);
	assert_non_null(strstr(f->e.text, DAY_FILE ": block 3: block: cut"));
	store_scan_close(sc);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(a_full_block_is_cut_while_the_day_is_open),
	    CASE(less_than_a_block_is_left_until_the_day_is_over),
	    CASE(young_messages_are_left_alone),
	    CASE(a_block_is_never_cut_within_a_transaction),
	    CASE(a_scan_may_begin_in_the_middle_of_a_block),
	    CASE(a_recut_during_a_scan_neither_loses_nor_doubles),
	    CASE(a_scan_ends_where_the_store_did_when_it_began),
	    CASE(a_scan_ends_with_the_position_asked_for),
	    CASE(heartbeats_leave_their_sequence_and_no_row),
	    CASE(parts_of_one_run_grow_together),
	    CASE(a_finished_day_is_a_plain_file),
	    CASE(a_reader_delays_the_finishing_of_a_day_only),
	    CASE(what_cannot_be_decoded_is_set_aside),
	    CASE(a_scan_names_the_damaged_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
