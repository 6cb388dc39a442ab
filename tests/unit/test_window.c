/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "agent/window.h"

static void
put(struct window *w, uint64_t sequence, uint64_t records)
{
	struct window_item i = {
	    .sequence = sequence,
	    .records = records,
	    .lost = 1000 * sequence,
	    .dropped = 100 * sequence,
	    .buf = (const uint8_t *)"0123456789",
	    .len = 10,
	};

	assert_int_equal(window_put(w, &i), 0);
}

static void
messages_are_sent_in_order_and_no_more_than_allowed(void **state)
{
	struct window *w = window_new(10000);

	(void)state;
	for (uint64_t i = 1; i <= 3; i++)
		put(w, i, 1);
	assert_int_equal(window_next(w, 2)->sequence, 1);
	window_sent(w, 1);
	assert_int_equal(window_next(w, 2)->sequence, 2);
	window_sent(w, 2);
	assert_null(window_next(w, 2));
	assert_true(window_ack(w, 1));
	assert_int_equal(window_next(w, 2)->sequence, 3);
	window_free(w);
}

static void
what_was_not_acknowledged_is_sent_again_after_a_break(void **state)
{
	struct window *w = window_new(10000);

	(void)state;
	for (uint64_t i = 1; i <= 3; i++) {
		put(w, i, 1);
		window_sent(w, i);
	}
	assert_true(window_ack(w, 2));
	window_unsend(w);
	assert_int_equal(window_next(w, 9)->sequence, 1);
	window_sent(w, 1);
	assert_int_equal(window_next(w, 9)->sequence, 3);
	window_free(w);
}

static void
a_full_queue_drops_the_oldest_that_waits_and_counts_its_records(void **state)
{
	struct window *w = window_new(3 * (10 + 96));

	(void)state;
	put(w, 1, 10);
	window_sent(w, 1);
	put(w, 2, 20);
	put(w, 3, 30);
	put(w, 4, 40);
	assert_int_equal(window_dropped(w), 20);
	assert_int_equal(window_messages(w), 3);
	assert_int_equal(window_next(w, 9)->sequence, 3);
	assert_true(window_ack(w, 1));
	assert_false(window_ack(w, 2));
	window_free(w);
}

static void
what_a_dropped_message_told_must_be_told_again(void **state)
{
	struct window *w = window_new(2 * (10 + 96));

	(void)state;
	for (uint64_t i = 1; i <= 4; i++)
		put(w, i, i);
	assert_int_equal(window_dropped(w), 1 + 2);
	assert_int_equal(window_untold_lost(w), 1000 + 2000);
	assert_int_equal(window_untold_dropped(w), 100 + 200);
	window_free(w);
}

static void
what_was_sent_once_is_not_dropped_after_a_break(void **state)
{
	struct window *w = window_new(3 * (10 + 96));

	(void)state;
	put(w, 1, 1);
	put(w, 2, 1);
	window_sent(w, 1);
	window_unsend(w);
	put(w, 3, 1);
	put(w, 4, 1);
	assert_int_equal(window_dropped(w), 1);
	assert_int_equal(window_oldest(w), 1);
	assert_true(window_ack(w, 1));
	assert_int_equal(window_oldest(w), 3);
	window_free(w);
}

static void
an_unknown_ack_changes_nothing(void **state)
{
	struct window *w = window_new(10000);

	(void)state;
	put(w, 5, 1);
	assert_false(window_ack(w, 4));
	assert_false(window_ack(w, 6));
	assert_int_equal(window_messages(w), 1);
	assert_true(window_ack(w, 5));
	assert_int_equal(window_bytes(w), 0);
	window_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		messages_are_sent_in_order_and_no_more_than_allowed),
	    cmocka_unit_test(
		what_was_not_acknowledged_is_sent_again_after_a_break),
	    cmocka_unit_test(
		a_full_queue_drops_the_oldest_that_waits_and_counts_its_records),
	    cmocka_unit_test(what_a_dropped_message_told_must_be_told_again),
	    cmocka_unit_test(what_was_sent_once_is_not_dropped_after_a_break),
	    cmocka_unit_test(an_unknown_ack_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
