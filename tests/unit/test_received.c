/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include "aggregator/store/store_internal.h"

#include <sysexits.h>

static struct run_id
numbered(uint32_t n)
{
	struct run_id run = {{0}};

	memcpy(run.b, &n, sizeof(n));
	return run;
}

/* The store remembers as many runs of pot1 as it ever will. */
static void
make_runs(struct fixture *f)
{
	for (uint32_t i = 1; i <= SEEN_RUNS_MAX; i++) {
		struct run_id run = numbered(i);

		assert_non_null(
		    received_make(f->store->received, "pot1", &run));
	}
}

static void
a_sensor_of_too_many_runs_begins_no_other(void **state)
{
	struct fixture *f = *state;
	struct run_id first = numbered(1);

	assert_int_equal(put_message(f, "pot1", first, 1, 1), 1);
	commit(f);
	make_runs(f);
	assert_int_equal(put_message(f, "pot1", numbered(9), 1, 1), 1);
	assert_int_equal(put_message(f, "pot1", run_of(200), 1, 0), -1);
	assert_int_equal(f->e.code, EX_UNAVAILABLE);
	/* What was put before it stays, and is known, and others go on. */
	assert_true(store_has(f->store, "pot1", &first, 1));
	assert_int_equal(put_message(f, "pot1", first, 1, 0), 0);
	assert_int_equal(put_message(f, "pot2", run_of(200), 1, 1), 1);
	commit(f);
	expect_all(f);
}

static void
a_sensor_of_too_many_gaps_leaves_no_other(void **state)
{
	struct fixture *f = *state;
	struct received *known = f->store->received;
	struct received_sums none = {0};
	struct run_id run = numbered(1);
	size_t ranges = 0;

	for (uint32_t i = 1; received_takes(known, "pot1", &run); i++) {
		struct received_run *r;

		run = numbered(i);
		r = received_make(known, "pot1", &run);
		for (uint64_t k = 1; k <= SEQUENCES_MAX; k++) {
			if (!received_takes(known, "pot1", &run))
				break;
			assert_int_equal(
			    received_put(known, r, 2 * k, 2 * k, &none), 0);
			if (k % 64 == 0)
				received_commit(known, 1);
		}
		received_commit(known, 1);
		ranges += r->done.room + r->pending.room;
		/* Each run's room doubles at most once beyond the limit. */
		assert_true(ranges < SEEN_RANGES_MAX + 2 * SEQUENCES_MAX);
	}
	assert_true(ranges >= SEEN_RANGES_MAX);
	assert_int_equal(put_message(f, "pot1", run_of(200), 1, 1), -1);
	assert_int_equal(f->e.code, EX_UNAVAILABLE);
	assert_int_equal(put_message(f, "pot2", run_of(200), 1, 1), 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(a_sensor_of_too_many_runs_begins_no_other),
	    CASE(a_sensor_of_too_many_gaps_leaves_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
