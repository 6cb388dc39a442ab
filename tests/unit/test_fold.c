/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/folding.h"

static void
a_syn_is_a_connection_and_its_synack_the_answer(void **state)
{
	struct log l;
	struct fold_counts n = fold_lines(
	    "+0 pot1 1.2.3.4:1000 > 10.0.0.5:22 S seq=7 hook=in\n"
	    "+0.001 pot1 10.0.0.5:22 > 1.2.3.4:1000 SA seq=9 ack=8 hook=out\n",
	    &l);

	(void)state;
	assert_int_equal(l.n, 1);
	assert_int_equal(n.connections, 1);
	assert_int_equal(n.answers, 1);
	assert_int_equal(l.ended[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(l.ended[0].direction, DIRECTION_IN);
	assert_string_equal(l.ended[0].server.name, "combo");
	assert_string_equal(l.ended[0].client.name, "");
	assert_int_equal(l.ended[0].server_port, 22);
	assert_string_equal(l.ended[0].witnesses.name[0], "pot1");
	assert_int_equal(l.events[CONNECTION_OUTCOME], 1);
}

static void
an_ecn_syn_is_a_syn(void **state)
{
	struct log l;

	(void)state;
	fold_lines("+0 pot1 10.0.0.7:1000 > 1.2.3.4:22 SE seq=7\n", &l);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.ended[0].direction, DIRECTION_OUT);
}

static void
an_alias_is_its_honeypot_and_talk_with_itself_is_counted_only(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 pot1 10.0.0.6:1000 > 1.2.3.4:80 S\n"
		       "+1 pot1 10.0.0.6:1001 > 10.0.0.5:80 S\n"
		       "+1 pot1 10.0.0.5:80 > 10.0.0.6:1001 SA\n",
		&l);
	struct addr primary;

	(void)state;
	addr_parse("10.0.0.5", &primary);
	assert_int_equal(l.n, 1);
	assert_true(addr_eq(&l.ended[0].client.primary, &primary));
	assert_string_equal(l.ended[0].client.name, "combo");
	assert_int_equal(n.own, 2);
}

static void
directions_follow_from_home(void **state)
{
	static const enum direction want[] = {DIRECTION_STRAY, DIRECTION_IN,
	    DIRECTION_OUT, DIRECTION_WITHIN, DIRECTION_OUT};
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 - 9.9.9.9:1 > 8.8.8.8:80 S\n"
		       "+1 - 9.9.9.9:1 > 10.0.0.9:80 S\n"
		       "+2 - 10.0.0.9:1 > 9.9.9.9:80 S\n"
		       "+3 - 10.0.0.9:1 > 10.0.0.5:80 S\n"
		       "+4 - [2001:db8:1::7]:1 > [2001:db8:2::7]:6667 S\n",
		&l);
	size_t seen[4] = {0};

	(void)state;
	assert_int_equal(l.n, 5);
	for (size_t i = 0; i < 5; i++) {
		seen[l.ended[i].direction]++;
		seen[want[i]]--;
	}
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(seen[i], 0);
	assert_int_equal(n.stray, 1);
}

static void
an_ipv4_mapped_address_is_the_ipv4_address(void **state)
{
	struct log l;
	struct fold_counts n = fold_lines(
	    "+0 pot1 [::ffff:10.0.0.6]:1000 > [::ffff:1.2.3.4]:22 S seq=7\n"
	    "+1 gw 10.0.0.6:1000 > 1.2.3.4:22 S seq=7\n",
	    &l);

	(void)state;
	assert_int_equal(n.connections, 1);
	assert_int_equal(n.witnesses, 1);
	assert_string_equal(l.ended[0].client.name, "combo");
}

static void
retransmissions_are_attempts_of_one_connection(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=out\n"
		       "+1 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=out\n"
		       "+3 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=out\n"
		       "+77 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=out\n",
		&l);

	(void)state;
	assert_int_equal(n.connections, 1);
	assert_int_equal(n.retransmissions, 3);
	assert_int_equal(l.ended[0].attempts, 4);
	assert_int_equal(
	    l.ended[0].last_ns - l.ended[0].start_ns, 77 * NS_PER_SEC);
	assert_int_equal(l.events[CONNECTION_ATTEMPT], 3);
}

static void
a_syn_75_s_after_the_last_attempt_is_an_attempt_and_later_another(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 - 10.0.0.7:1000 > 1.2.3.4:22 S\n"
		       "+75 - 10.0.0.7:1000 > 1.2.3.4:22 S\n"
		       "+150.001 - 10.0.0.7:1000 > 1.2.3.4:22 S\n",
		&l);

	(void)state;
	assert_int_equal(n.connections, 2);
	assert_int_equal(n.retransmissions, 1);
	assert_int_equal(l.n, 2);
}

static void
another_sequence_number_is_another_connection(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=7\n"
		       "+1 pot1 10.0.0.7:1000 > 1.2.3.4:22 S seq=8\n",
		&l);

	(void)state;
	assert_int_equal(n.connections, 2);
}

/* A gateway logs a SYN in prerouting and in forward.  Prerouting's records
 * wait for their batch: they come after both attempts in forward. */
static void
one_syn_logged_by_two_hooks_is_one_packet(void **state)
{
	struct log l;
	struct fold_counts n = fold_lines(
	    "+0.0001 gw 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=forward\n"
	    "+1.0001 gw 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=forward\n"
	    "+0 gw 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=in\n"
	    "+1 gw 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=in\n",
	    &l);

	(void)state;
	assert_int_equal(n.connections, 1);
	assert_int_equal(n.same_packet, 2);
	assert_int_equal(n.retransmissions, 1);
	assert_int_equal(n.witnesses, 0);
	assert_int_equal(l.ended[0].attempts, 2);
	assert_int_equal(l.ended[0].start_ns, line_time("+0"));
}

/* The inet and the bridge family: the same hook, at once. */
static void
one_syn_logged_twice_by_one_hook_at_once_is_one_packet(void **state)
{
	struct log l;
	struct fold_counts n = fold_lines(
	    "+0 gw 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=forward\n"
	    "+0.0001 gw 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=forward\n",
	    &l);

	(void)state;
	assert_int_equal(n.same_packet, 1);
	assert_int_equal(l.ended[0].attempts, 1);
}

static void
two_syns_in_one_second_of_a_log_are_two_attempts(void **state)
{
	struct log l;
	struct fold_counts n =
	    fold_lines("+0 - 1.2.3.4:1000 > 10.0.0.7:135 S\n"
		       "+6 - 1.2.3.4:1000 > 10.0.0.7:135 S\n"
		       "+6 - 1.2.3.4:1000 > 10.0.0.7:135 S\n",
		&l);

	(void)state;
	assert_int_equal(n.retransmissions, 2);
	assert_int_equal(n.same_packet, 0);
}

static void
the_same_syn_from_another_sensor_is_a_witness(void **state)
{
	struct log l;
	struct fold_counts n = fold_lines(
	    "+0 pot1 10.0.0.7:1000 > 10.0.0.5:22 S seq=7 hook=out\n"
	    "+0.2 gw 10.0.0.7:1000 > 10.0.0.5:22 S seq=7 hook=in\n"
	    "+0.2 gw 10.0.0.7:1000 > 10.0.0.5:22 S seq=7 hook=forward\n"
	    "+0.3 combo 10.0.0.7:1000 > 10.0.0.5:22 S seq=7 hook=in\n",
	    &l);

	(void)state;
	assert_int_equal(n.connections, 1);
	assert_int_equal(n.witnesses, 2);
	assert_int_equal(n.same_packet, 1);
	assert_int_equal(l.ended[0].attempts, 1);
	assert_int_equal(l.ended[0].witnesses.n, 3);
	assert_string_equal(l.ended[0].witnesses.name[0], "combo");
	assert_string_equal(l.ended[0].witnesses.name[1], "gw");
	assert_string_equal(l.ended[0].witnesses.name[2], "pot1");
}

static void
the_uid_is_taken_from_whoever_knows_it(void **state)
{
	struct log l;

	(void)state;
	fold_lines("+0 gw 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 hook=in\n"
		   "+0 pot 10.0.0.7:1000 > 1.2.3.4:22 S seq=7 uid=33\n",
	    &l);
	assert_true(l.ended[0].has_uid);
	assert_int_equal(l.ended[0].uid, 33);
}

/* The clock that forgets is not the records': a sensor whose clock is years
 * ahead does not end the connections of the others. */
static void
only_advance_makes_connections_end(void **state)
{
	const struct fold_sizes sizes = {8, 8, 8, 8};
	struct site *site = site_of(SITE);
	struct log l = {.n = 0};
	const struct fold_sink sink = {&l, ~0U, on_event, NULL};
	struct fold *f = fold_new(site, &sizes, &sink);

	(void)state;
	put_lines("+0 a 10.0.0.7:1 > 1.2.3.4:22 S seq=7\n"
		  "2039-01-01 b 10.0.0.7:2 > 1.2.3.4:22 S seq=7\n",
	    put, f);
	fold_advance(f, line_time("+1"));
	fold_advance(f, line_time("+76"));
	assert_int_equal(l.n, 0);
	put_lines("+70 a 10.0.0.7:1 > 1.2.3.4:22 S seq=7\n", put, f);
	fold_advance(f, line_time("+76.1"));
	assert_int_equal(l.n, 1);
	assert_int_equal(l.ended[0].client_port, 2);
	/* Within a batch the clock stands still, and records go on. */
	put_lines("+150 a 10.0.0.7:3 > 1.2.3.4:22 S seq=7\n", put, f);
	fold_advance(f, line_time("+152"));
	assert_int_equal(l.n, 2);
	assert_int_equal(l.ended[1].client_port, 1);
	fold_free(f);
	site_free(site);
}

static void
a_flood_from_outside_evicts_its_like_and_is_counted(void **state)
{
	const struct fold_sizes sizes = {
	    .coming = 32, .going = 4, .early = 4, .replying = 2};
	const struct fold_sink sink = {NULL, 0, on_event, NULL};
	struct site *site = site_of(SITE);
	struct fold *f = fold_new(site, &sizes, &sink);
	char line[128];

	(void)state;
	put_lines("+0 a 10.0.0.7:1 > 1.2.3.4:22 S seq=7\n", put, f);
	for (int i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line),
		    "+1 a 1.2.3.4:%d > 10.0.0.7:22 S seq=7\n", i + 1);
		put_lines(line, put, f);
		snprintf(line, sizeof(line),
		    "+1 a 5.2.3.4:22 > 10.0.%d.7:%d SA ack=7\n", i % 200, i);
		put_lines(line, put, f);
	}
	assert_int_equal(fold_counts(f).backscatter, 5000 - 4);
	assert_true(fold_counts(f).evicted >= 5000 - 32 + 5000 - 4);
	/* The honeypot's own connection is still there. */
	put_lines("+1 a 10.0.0.7:1 > 1.2.3.4:22 S seq=7\n", put, f);
	assert_int_equal(fold_counts(f).retransmissions, 1);
	fold_free(f);
	site_free(site);
}

static void
an_expected_connection_is_marked_until_that_expires(void **state)
{
	struct site *site = site_of(
	    SITE "expected mirror 2026-11-21T12:00:10Z dst host 1.2.3.4\n");
	const struct fold_sizes sizes = {8, 8, 8, 8};
	struct log l = {.n = 0};
	const struct fold_sink sink = {&l, ~0U, on_event, NULL};
	struct fold *f = fold_new(site, &sizes, &sink);

	(void)state;
	put_lines("+0 a 10.0.0.7:1 > 1.2.3.4:80 S\n"
		  "+1 a 10.0.0.7:2 > 1.2.3.5:80 S\n"
		  "+10 a 10.0.0.7:3 > 1.2.3.4:80 S\n",
	    put, f);
	fold_finish(f);
	assert_true(l.ended[0].expected);
	assert_false(l.ended[1].expected);
	assert_false(l.ended[2].expected);
	assert_int_equal(fold_counts(f).expected, 1);
	fold_free(f);
	site_free(site);
}

/* Every order of these gives the same connection. */
static void
the_order_of_records_does_not_matter(void **state)
{
	static const char *const lines[] = {
	    "+0 pot 10.0.0.7:1 > 1.2.3.4:22 S seq=7 hook=out uid=3\n",
	    "+0.0001 gw 10.0.0.7:1 > 1.2.3.4:22 S seq=7 hook=in\n",
	    "+0.0002 gw 10.0.0.7:1 > 1.2.3.4:22 S seq=7 hook=forward\n",
	    "+0.3 pot 10.0.0.7:1 > 1.2.3.4:22 S seq=7 hook=out uid=3\n",
	    "+0.4 gw 1.2.3.4:22 > 10.0.0.7:1 SA ack=8 hook=in\n",
	};
	enum {
		N = sizeof(lines) / sizeof(*lines)
	};

	(void)state;
	for (int order = 0; order < 120; order++) {
		char text[LINE_TEXT_MAX * N] = "";
		bool used[N] = {false};
		struct log l;

		for (int k = 0, left = order; k < N; k++) {
			int pick = left % (N - k), i = -1;

			left /= N - k;
			while (pick >= 0)
				pick -= !used[++i];
			used[i] = true;
			strcat(text, lines[i]);
		}
		fold_lines(text, &l);
		assert_int_equal(l.n, 1);
		assert_int_equal(l.ended[0].attempts, 2);
		assert_int_equal(l.ended[0].start_ns, line_time("+0"));
		assert_int_equal(l.ended[0].last_ns, line_time("+0.3"));
		assert_int_equal(l.ended[0].outcome, OUTCOME_ANSWERED);
		assert_int_equal(l.ended[0].witnesses.n, 2);
		assert_int_equal(l.ended[0].uid, 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_syn_is_a_connection_and_its_synack_the_answer),
	    cmocka_unit_test(an_ecn_syn_is_a_syn),
	    cmocka_unit_test(
		an_alias_is_its_honeypot_and_talk_with_itself_is_counted_only),
	    cmocka_unit_test(directions_follow_from_home),
	    cmocka_unit_test(an_ipv4_mapped_address_is_the_ipv4_address),
	    cmocka_unit_test(retransmissions_are_attempts_of_one_connection),
	    cmocka_unit_test(
		a_syn_75_s_after_the_last_attempt_is_an_attempt_and_later_another),
	    cmocka_unit_test(another_sequence_number_is_another_connection),
	    cmocka_unit_test(one_syn_logged_by_two_hooks_is_one_packet),
	    cmocka_unit_test(
		one_syn_logged_twice_by_one_hook_at_once_is_one_packet),
	    cmocka_unit_test(two_syns_in_one_second_of_a_log_are_two_attempts),
	    cmocka_unit_test(the_same_syn_from_another_sensor_is_a_witness),
	    cmocka_unit_test(the_uid_is_taken_from_whoever_knows_it),
	    cmocka_unit_test(only_advance_makes_connections_end),
	    cmocka_unit_test(
		a_flood_from_outside_evicts_its_like_and_is_counted),
	    cmocka_unit_test(
		an_expected_connection_is_marked_until_that_expires),
	    cmocka_unit_test(the_order_of_records_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
