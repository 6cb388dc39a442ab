/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/feed_place.h"
#include "aggregator/cli/feed_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct run_id run = {{1}}, other = {{2}};

struct heard {
	struct feed_watch w;
	char said[512]; /* all sentences, each with a newline */
};

static void
keep(void *arg, const char *text)
{
	struct heard *h = arg;

	strcat(h->said, text);
	strcat(h->said, "\n");
}

/* A watch that heard event 5 at second 10. */
static void
begin(struct heard *h)
{
	h->said[0] = '\0';
	feed_watch_init(&h->w, "here", keep, h);
	feed_watch_heard(&h->w, &run, 5, false, 10 * NS_PER_SEC);
	assert_string_equal(h->said, "listening to here\n");
	h->said[0] = '\0';
}

static void
an_event_in_order_under_two_topics_is_silent(void **state)
{
	struct heard h;

	(void)state;
	begin(&h);
	feed_watch_heard(&h.w, &run, 6, false, 10 * NS_PER_SEC);
	feed_watch_heard(&h.w, &run, 6, false, 10 * NS_PER_SEC);
	feed_watch_heard(&h.w, &run, 6, true, 11 * NS_PER_SEC);
	feed_watch_heard(&h.w, &run, 7, false, 11 * NS_PER_SEC);
	assert_string_equal(h.said, "");
}

static void
an_event_that_jumps_tells_which_were_missed(void **state)
{
	struct heard h;

	(void)state;
	begin(&h);
	feed_watch_heard(&h.w, &run, 9, false, 10 * NS_PER_SEC);
	assert_non_null(strstr(h.said, "missed 3 events (6 to 8)"));
	h.said[0] = '\0';
	feed_watch_heard(&h.w, &run, 10, false, 10 * NS_PER_SEC);
	assert_string_equal(h.said, "");
}

static void
a_heartbeat_tells_of_the_last_event_that_did_not_come(void **state)
{
	struct heard h;

	(void)state;
	begin(&h);
	feed_watch_heard(&h.w, &run, 6, true, 11 * NS_PER_SEC);
	assert_non_null(strstr(h.said, "missed 1 events (6 to 6)"));
}

static void
silence_is_said_once_and_the_return_too(void **state)
{
	struct heard h;

	(void)state;
	begin(&h);
	feed_watch_tick(&h.w, 12 * NS_PER_SEC);
	assert_string_equal(h.said, "");
	feed_watch_tick(&h.w, 13 * NS_PER_SEC);
	feed_watch_tick(&h.w, 14 * NS_PER_SEC);
	assert_string_equal(h.said, "here: no heartbeat for 3 s; trying on\n");
	h.said[0] = '\0';
	feed_watch_heard(&h.w, &run, 5, true, 20 * NS_PER_SEC);
	assert_string_equal(h.said, "here is back after 10 s\n");
}

static void
what_was_missed_while_away_is_said(void **state)
{
	struct heard h;

	(void)state;
	begin(&h);
	feed_watch_lost(&h.w, "the connection broke", 12 * NS_PER_SEC);
	feed_watch_lost(&h.w, "nobody answers", 12 * NS_PER_SEC);
	feed_watch_lost(&h.w, "nobody answers", 13 * NS_PER_SEC);
	assert_string_equal(h.said, "here: the connection broke; trying on\n"
				    "here: nobody answers; trying on\n");
	h.said[0] = '\0';
	feed_watch_heard(&h.w, &run, 8, false, 15 * NS_PER_SEC);
	assert_non_null(strstr(h.said, "here is back after 3 s\n"));
	assert_non_null(strstr(h.said, "missed 2 events (6 to 7)"));
}

static void
a_new_run_is_numbered_anew_and_no_gap(void **state)
{
	struct heard h;

	(void)state;
	begin(&h);
	feed_watch_heard(&h.w, &other, 900, false, 10 * NS_PER_SEC);
	assert_non_null(strstr(h.said, "has a new store"));
	assert_null(strstr(h.said, "missed"));
}

static void
a_sequence_that_goes_back_is_a_restored_copy(void **state)
{
	struct heard h;

	(void)state;
	begin(&h);
	feed_watch_heard(&h.w, &run, 3, true, 10 * NS_PER_SEC);
	assert_non_null(strstr(h.said, "went back from event 5 to 3"));
}

static void
nobody_there_at_the_start_is_said_before_anything_is_heard(void **state)
{
	struct heard h = {.said = ""};

	(void)state;
	feed_watch_init(&h.w, "here", keep, &h);
	feed_watch_tick(&h.w, 100 * NS_PER_SEC);
	assert_string_equal(h.said, "");
	feed_watch_lost(&h.w, "nobody answers", 100 * NS_PER_SEC);
	feed_watch_heard(&h.w, &run, 0, true, 101 * NS_PER_SEC);
	assert_string_equal(
	    h.said, "here: nobody answers; trying on\nlistening to here\n");
}

static void
where_a_daemon_listens_becomes_where_to_connect(void **state)
{
	static const struct {
		const char *listen, *connect;
	} rows[] = {
	    {"tcp://0.0.0.0:7762", "tcp://127.0.0.1:7762"},
	    {"tcp://*:7762", "tcp://127.0.0.1:7762"},
	    {"tcp://[::]:7762", "tcp://[::1]:7762"},
	    {"tcp://10.9.0.2:7762", "tcp://10.9.0.2:7762"},
	};
	char out[ENDPOINT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		endpoint_to_connect(rows[i].listen, out);
		assert_string_equal(out, rows[i].connect);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_in_order_under_two_topics_is_silent),
	    cmocka_unit_test(an_event_that_jumps_tells_which_were_missed),
	    cmocka_unit_test(
		a_heartbeat_tells_of_the_last_event_that_did_not_come),
	    cmocka_unit_test(silence_is_said_once_and_the_return_too),
	    cmocka_unit_test(what_was_missed_while_away_is_said),
	    cmocka_unit_test(a_new_run_is_numbered_anew_and_no_gap),
	    cmocka_unit_test(a_sequence_that_goes_back_is_a_restored_copy),
	    cmocka_unit_test(
		nobody_there_at_the_start_is_said_before_anything_is_heard),
	    cmocka_unit_test(where_a_daemon_listens_becomes_where_to_connect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
