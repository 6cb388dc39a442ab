/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/folding.h"

static void
a_refusal_refuses_and_an_answer_outweighs_it(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=7\n"
		       "+0 pot1 1.2.3.4:22 > 10.0.0.7:1000 R ack=8\n"
		       "+1 pot1 10.0.0.7:1001 > 1.2.3.4:22 S seq=7\n"
		       "+1 pot1 1.2.3.4:22 > 10.0.0.7:1001 SA seq=1 ack=8\n"
		       "+1 pot1 1.2.3.4:22 > 10.0.0.7:1001 R ack=8\n",
		&l);

	(void)state;
	assert_int_equal(l.n, 2);
	assert_int_equal(l.ended[0].outcome, OUTCOME_REFUSED);
	assert_int_equal(l.ended[1].outcome, OUTCOME_ANSWERED);
	assert_int_equal(n.refusals, 2);
	assert_int_equal(n.answers, 1);
}

static void
a_synack_to_another_sequence_number_answers_nothing(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=7\n"
		       "+0 pot1 1.2.3.4:22 > 10.0.0.7:1000 SA seq=1 ack=99\n",
		&l);

	(void)state;
	assert_int_equal(n.answers, 0);
	assert_int_equal(n.backscatter, 1);
	assert_int_equal(l.ended[0].outcome, OUTCOME_UNKNOWN);
}

static void
a_reply_without_its_syn_is_backscatter(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 pot1 1.2.3.4:80 > 10.0.0.7:1000 SA seq=1 ack=99\n"
		       "+0 pot1 1.2.3.4:80 > 10.0.0.7:1001 R ack=99\n"
		       "+9 pot1 10.0.0.7:80 > 1.2.3.4:1000 SA seq=1 ack=99\n",
		&l);

	(void)state;
	assert_int_equal(n.connections, 0);
	assert_int_equal(l.n, 0);
	assert_int_equal(n.backscatter, 3);
}

static void
a_reply_more_than_60_s_after_its_syn_is_backscatter(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 pot1 1.2.3.4:1000 > 10.0.0.7:80 S seq=7\n"
		       "+60 pot1 10.0.0.7:80 > 1.2.3.4:1000 R ack=8\n"
		       "+60.1 pot1 10.0.0.7:80 > 1.2.3.4:1000 SA seq=1 ack=8\n",
		&l);

	(void)state;
	assert_int_equal(l.ended[0].outcome, OUTCOME_REFUSED);
	assert_int_equal(n.backscatter, 1);
}

static void
a_reply_may_come_before_its_syn(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0.1 pot1 10.0.0.7:80 > 1.2.3.4:1000 SA seq=1 ack=8\n"
		       "+0 pot1 1.2.3.4:1000 > 10.0.0.7:80 S seq=7\n",
		&l);

	(void)state;
	assert_int_equal(l.ended[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(n.answers, 1);
	assert_int_equal(n.backscatter, 0);
}

static void
a_rst_in_mid_connection_says_nothing_of_its_beginning(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+9 pot1 10.0.0.7:80 > 1.2.3.4:1000 RA seq=77 ack=99\n"
		       "+9 pot1 10.0.0.7:80 > 1.2.3.4:1000 A seq=77 ack=99\n",
		&l);

	(void)state;
	assert_int_equal(n.backscatter, 0);
	assert_int_equal(n.connections, 0);
}

static void
a_log_prefix_says_blocked_unless_an_answer_came(void **state)
{
	struct log l;

	(void)state;
	fold_lines("+0 - 1.2.3.4:1000 > 10.0.0.7:80 S prefix=INBLOCK\n"
		   "+1 - 1.2.3.4:1001 > 10.0.0.7:80 S prefix=Rejected:\n"
		   "+1 - 10.0.0.7:80 > 1.2.3.4:1001 R\n"
		   "+2 - 1.2.3.4:1002 > 10.0.0.7:80 S prefix=dropped\n"
		   "+2 - 10.0.0.7:80 > 1.2.3.4:1002 SA\n"
		   "+3 - 1.2.3.4:1003 > 10.0.0.7:80 S prefix=INBOUND\n"
		   "+3 - 1.2.3.4:1003 > 10.0.0.7:80 S prefix=FW-DENY\n",
	    &l);
	assert_int_equal(l.ended[0].outcome, OUTCOME_BLOCKED);
	assert_int_equal(l.ended[1].outcome, OUTCOME_BLOCKED);
	assert_int_equal(l.ended[2].outcome, OUTCOME_ANSWERED);
	assert_int_equal(l.ended[3].outcome, OUTCOME_BLOCKED);
}

static void
silence_means_unanswered_only_where_replies_are_seen(void **state)
{
	struct log l;

	(void)state;
	fold_lines("+0 - 1.2.3.4:1000 > 10.0.0.7:80 S\n"
		   "+1 - 1.2.3.4:1001 > 10.0.0.6:80 S\n"
		   "+2 - 1.2.3.4:1002 > 10.0.0.5:81 S\n"
		   "+2 - 10.0.0.5:81 > 1.2.3.4:1002 SA\n",
	    &l);
	assert_int_equal(l.ended[0].outcome, OUTCOME_UNKNOWN);
	/* 10.0.0.6 is the machine whose 10.0.0.5 answered. */
	assert_int_equal(l.ended[1].outcome, OUTCOME_UNANSWERED);
}

/* A firewall logs what belongs to nothing, and no answers. */
static void
backscatter_does_not_make_silence_mean_anything(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 - 9.9.9.9:80 > 10.0.0.7:2000 SA\n"
		       "+1 - 10.0.0.7:1000 > 1.2.3.4:6667 S\n",
		&l);

	(void)state;
	assert_int_equal(n.backscatter, 1);
	assert_int_equal(l.ended[0].outcome, OUTCOME_UNKNOWN);
}

static void
both_halves_of_a_flow_are_one_connection_with_a_guessed_server(void **state)
{
	struct log l;
	struct fold_counts n = fold_lines(
	    "+0 - 10.0.0.7:22 > 1.2.3.4:50000 F packets=20 octets=2000\n"
	    "+0 - 1.2.3.4:50000 > 10.0.0.7:22 F packets=10 octets=1000\n",
	    &l);

	(void)state;
	assert_int_equal(n.connections, 1);
	assert_true(l.ended[0].guessed);
	assert_int_equal(l.ended[0].server_port, 22);
	assert_int_equal(l.ended[0].direction, DIRECTION_IN);
	assert_int_equal(l.ended[0].packets_out, 10);
	assert_int_equal(l.ended[0].octets_in, 2000);
	assert_int_equal(l.ended[0].outcome, OUTCOME_UNKNOWN);
}

static void
the_port_of_a_class_serves_before_the_lower_port(void **state)
{
	struct log l;

	(void)state;
	fold_lines("+0 - 1.2.3.4:6667 > 10.0.0.7:1025 F packets=2 octets=99\n"
		   "+1 - 1.2.3.4:9001 > 10.0.0.7:8001 F packets=2 octets=99\n",
	    &l);
	/* What honeypots began is kept apart, and ends last. */
	assert_int_equal(l.ended[1].server_port, 6667);
	assert_int_equal(l.ended[1].direction, DIRECTION_OUT);
	assert_int_equal(l.ended[0].server_port, 8001);
}

static void
a_flow_that_is_one_syn_is_no_guess(void **state)
{
	struct log l;

	(void)state;
	fold_lines(
	    "+0 - 10.0.0.7:22 > 1.2.3.4:50000 S packets=1 octets=60\n", &l);
	assert_false(l.ended[0].guessed);
	assert_int_equal(l.ended[0].server_port, 50000);
	assert_int_equal(l.ended[0].packets_out, 1);
}

static void
waiting_replies_are_given_up_after_60_s(void **state)
{
	const struct fold_sizes sizes = {8, 8, 8, 8};
	struct site *site = site_of(SITE);
	struct log l = {.n = 0};
	const struct fold_sink sink = {&l, ~0U, on_event, NULL};
	struct fold *f = fold_new(site, &sizes, &sink);

	(void)state;
	put_lines("+0 a 10.0.0.7:80 > 1.2.3.4:22 SA ack=8\n", put, f);
	fold_advance(f, line_time("+1"));
	fold_advance(f, line_time("+61"));
	assert_int_equal(fold_counts(f).backscatter, 0);
	fold_advance(f, line_time("+61.1"));
	assert_int_equal(fold_counts(f).backscatter, 1);
	fold_free(f);
	site_free(site);
}

static void
records_without_times_have_no_windows(void **state)
{
	struct log l;
	struct fold_counts n = fold_lines("- - 10.0.0.7:1000 > 1.2.3.4:22 S\n"
					  "- - 10.0.0.7:1000 > 1.2.3.4:22 S\n"
					  "- - 1.2.3.4:22 > 10.0.0.7:1000 SA\n",
	    &l);

	(void)state;
	assert_int_equal(n.connections, 1);
	assert_int_equal(l.ended[0].attempts, 2);
	assert_int_equal(l.ended[0].outcome, OUTCOME_ANSWERED);
	assert_true(l.ended[0].start_ns == TIME_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_refusal_refuses_and_an_answer_outweighs_it),
	    cmocka_unit_test(
		a_synack_to_another_sequence_number_answers_nothing),
	    cmocka_unit_test(a_reply_without_its_syn_is_backscatter),
	    cmocka_unit_test(
		a_reply_more_than_60_s_after_its_syn_is_backscatter),
	    cmocka_unit_test(a_reply_may_come_before_its_syn),
	    cmocka_unit_test(
		a_rst_in_mid_connection_says_nothing_of_its_beginning),
	    cmocka_unit_test(a_log_prefix_says_blocked_unless_an_answer_came),
	    cmocka_unit_test(
		silence_means_unanswered_only_where_replies_are_seen),
	    cmocka_unit_test(backscatter_does_not_make_silence_mean_anything),
	    cmocka_unit_test(
		both_halves_of_a_flow_are_one_connection_with_a_guessed_server),
	    cmocka_unit_test(the_port_of_a_class_serves_before_the_lower_port),
	    cmocka_unit_test(a_flow_that_is_one_syn_is_no_guess),
	    cmocka_unit_test(waiting_replies_are_given_up_after_60_s),
	    cmocka_unit_test(records_without_times_have_no_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
