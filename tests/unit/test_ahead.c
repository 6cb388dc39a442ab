/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "aggregator/cli/ahead.h"
#include "common/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sysexits.h>

#define ROOM 3
#define MANY 10000

/* Counts from 0. */
struct counter {
	size_t end; /* how many there are */
	int rc;	    /* what the end is: 0, or -1 */
	size_t made;
	atomic_size_t calls;
	atomic_size_t done;  /* with so many the consumer is through */
	atomic_bool too_far; /* ahead, over what is still lent */
	size_t room[ROOM];
	struct ahead *ahead;
};

static int
make(void *arg, void *item, struct err *e)
{
	struct counter *c = arg;
	size_t *to = item;

	c->calls++;
	if (c->made == c->end)
		return c->rc == 0 ? 0 : err_set(e, EX_IOERR, "number 7 burnt");
	if (c->made >= c->done + ROOM)
		c->too_far = true;
	*to = c->made++;
	return 1;
}

static void
begin(struct counter *c, size_t end, int rc)
{
	*c = (struct counter){.end = end, .rc = rc};
	c->ahead = ahead_open(make, c, c->room, sizeof(c->room[0]), ROOM, NULL);
	assert_non_null(c->ahead);
}

/* The next items are numbers 'from' up to 'to'. */
static void
take(struct counter *c, size_t from, size_t to)
{
	void *item;

	for (size_t i = from; i < to; i++) {
		c->done = i;
		assert_int_equal(ahead_next(c->ahead, &item, NULL), 1);
		assert_int_equal(*(size_t *)item, i);
	}
}

static void
all_come_in_the_order_in_which_they_were_made(void **state)
{
	struct counter c;
	void *item;

	(void)state;
	begin(&c, MANY, 0);
	take(&c, 0, MANY);
	assert_int_equal(ahead_next(c.ahead, &item, NULL), 0);
	ahead_close(c.ahead);
	assert_false(c.too_far);
}

static void
of_nothing_the_end_comes_first_and_stays(void **state)
{
	struct counter c;
	void *item;

	(void)state;
	begin(&c, 0, 0);
	assert_int_equal(ahead_next(c.ahead, &item, NULL), 0);
	assert_int_equal(ahead_next(c.ahead, &item, NULL), 0);
	ahead_close(c.ahead);
	assert_int_equal(c.calls, 1);
}

static void
an_error_comes_after_all_that_was_made_before(void **state)
{
	struct err e = {0};
	struct counter c;
	void *item;

	(void)state;
	begin(&c, 7, -1);
	take(&c, 0, 7);
	assert_int_equal(ahead_next(c.ahead, &item, &e), -1);
	assert_int_equal(e.code, EX_IOERR);
	assert_string_equal(e.text, "number 7 burnt");
	ahead_close(c.ahead);
	assert_int_equal(c.calls, 8);
}

static void
who_stops_early_leaves_no_more_than_the_room_made(void **state)
{
	struct counter c;

	(void)state;
	begin(&c, SIZE_MAX, 0);
	take(&c, 0, 5);
	ahead_close(c.ahead);
	assert_in_range(c.calls, 5, 5 + ROOM);
	assert_false(c.too_far);
}

static void
who_asks_for_nothing_may_stop_too(void **state)
{
	struct counter c;

	(void)state;
	begin(&c, SIZE_MAX, 0);
	ahead_close(c.ahead);
	assert_in_range(c.calls, 0, ROOM);
	ahead_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_come_in_the_order_in_which_they_were_made),
	    cmocka_unit_test(of_nothing_the_end_comes_first_and_stays),
	    cmocka_unit_test(an_error_comes_after_all_that_was_made_before),
	    cmocka_unit_test(who_stops_early_leaves_no_more_than_the_room_made),
	    cmocka_unit_test(who_asks_for_nothing_may_stop_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
