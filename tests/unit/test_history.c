/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/histories.h"

static void
visits_are_summed_by_peer_address_and_port_up_to_a_moment(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+10 1.2.3.4:1000 > 10.0.0.5:80");
	put(&f, "+100 1.2.3.4:1001 > 10.0.0.5:80 answered");
	put(&f, "+200 1.2.3.4:1002 > 10.0.0.5:80 refused");
	put(&f, "+20 1.2.3.4:1003 > 10.0.0.6:80");
	put(&f, "+30 1.2.3.4:1004 > 10.0.0.7:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+150"), 2);
	assert_int_equal(f.v[0].connections, 2);
	assert_int_equal(f.v[0].first_ns, line_time("+10"));
	assert_int_equal(f.v[0].last_ns, line_time("+100"));
	assert_int_equal(f.v[0].client_port, 1001);
	assert_int_equal(f.v[0].outcome, OUTCOME_ANSWERED);
	assert_true(f.v[0].back);
	assert_false(f.v[1].back);
	assert_true(addr_eq(&f.v[1].honeypot, &f.v[0].honeypot));
	assert_int_equal(ask(&f, "10.0.0.5", "+10"), 1);
	assert_int_equal(f.v[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ask(&f, "10.0.0.5", "+9.9"), 0);
	assert_int_equal(ask(&f, "10.0.0.9", "+150"), 0);
	tear_down(&f);
}

static void
the_window_is_24_hours(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.4:1000 > 10.0.0.5:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+86399.9"), 1);
	assert_int_equal(ask(&f, "10.0.0.5", "+86400"), 0);
	/* Whoever was away longer begins anew. */
	put(&f, "+90000 1.2.3.4:1001 > 10.0.0.5:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+90000"), 1);
	assert_int_equal(f.v[0].connections, 1);
	tear_down(&f);
}

static void
many_connections_answer_the_same_in_any_order(void **state)
{
	struct fixture f, g;
	char line[80];

	(void)state;
	set_up(&f, 64);
	set_up(&g, 64);
	for (int i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "+%d 1.2.3.4:%d > 10.0.0.5:22 %s",
		    i, 1000 + i, i == 3 ? "answered" : "unknown");
		put(&f, line);
		snprintf(line, sizeof(line), "+%d 1.2.3.4:%d > 10.0.0.5:22 %s",
		    i * 37 % 100, 1000 + i * 37 % 100,
		    i * 37 % 100 == 3 ? "answered" : "unknown");
		put(&g, line);
	}
	for (int i = 0; i < 110; i++) {
		char when[16];

		snprintf(when, sizeof(when), "+%d.5", i);
		assert_int_equal(ask(&f, "10.0.0.5", when), 1);
		assert_int_equal(ask(&g, "10.0.0.5", when), 1);
		assert_memory_equal(&f.v[0], &g.v[0], sizeof(f.v[0]));
	}
	assert_int_equal(f.v[0].connections, 100);
	/* Of the last eight each is known, before that the sum of all. */
	ask(&f, "10.0.0.5", "+95");
	assert_int_equal(f.v[0].connections, 96);
	assert_int_equal(f.v[0].last_ns, line_time("+95"));
	assert_int_equal(f.v[0].outcome, OUTCOME_ANSWERED);
	ask(&f, "10.0.0.5", "+50");
	assert_int_equal(f.v[0].last_ns, line_time("+50"));
	tear_down(&f);
	tear_down(&g);
}

static void
an_outcome_that_comes_later_changes_its_connection(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.4:1000 > 10.0.0.5:80");
	put(&f, "+5 1.2.3.4:1001 > 10.0.0.5:80");
	change(&f, "+5 1.2.3.4:1001 > 10.0.0.5:80 answered");
	change(&f, "+5 1.2.3.4:1009 > 10.0.0.5:81 answered"); /* unknown */
	ask(&f, "10.0.0.5", "+1");
	assert_int_equal(f.v[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ask(&f, "10.0.0.5", "+5"), 1);
	assert_int_equal(f.v[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(f.v[0].connections, 2);
	tear_down(&f);
}

static void
who_comes_late_is_found_at_its_own_time(void **state)
{
	struct fixture f;
	char line[80];

	(void)state;
	set_up(&f, 1000);
	for (int i = 0; i < 300; i++) {
		snprintf(line, sizeof(line), "+%d 1.2.%d.4:7 > 10.0.0.5:80",
		    1000 + i, i % 250);
		put(&f, line);
	}
	/* Out of order by more and by less than anybody looks for a place. */
	for (int i = 0; i < 20; i++) {
		snprintf(line, sizeof(line), "+%d 1.3.%d.4:7 > 10.0.0.5:80",
		    100 - i, i);
		put(&f, line);
	}
	put(&f, "+1250 1.4.0.4:7 > 10.0.0.5:80");
	put(&f, "+50 1.2.3.4:8 > 10.0.0.5:80"); /* it was known at +1003 */
	assert_int_equal(ask(&f, "10.0.0.5", "+40"), 0);
	assert_int_equal(ask(&f, "10.0.0.5", "+60"), 1);
	assert_int_equal(ask(&f, "10.0.0.5", "+90"), 11);
	assert_int_equal(ask(&f, "10.0.0.5", "+999"), 21);
	assert_int_equal(ask(&f, "10.0.0.5", "+1002"), 24);
	tear_down(&f);
}

static void
without_times_the_order_counts(void **state)
{
	struct fixture f;
	struct connection c;
	struct moment m;
	struct addr pot = addr_of("10.0.0.5");

	(void)state;
	set_up(&f, 64);
	put(&f, "- 1.2.3.4:1000 > 10.0.0.5:22");
	c = connection_of(&f, "- 1.2.3.4:1001 > 10.0.0.5:6667");
	history_put(f.h, &c, CONNECTION_NEW);
	m = history_moment(f.h, &c);
	put(&f, "- 1.2.3.4:1002 > 10.0.0.5:23");
	f.n = 0;
	history_of_honeypot(f.h, &pot, &m, keep, &f);
	qsort(f.v, f.n, sizeof(*f.v), compare);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.v[0].port, 22);
	assert_int_equal(f.v[0].last_order, 1);
	assert_true(f.v[0].last_ns == TIME_NONE);
	assert_int_equal(f.v[1].last_order, 2);
	/* Nothing of it lies in 1970. */
	assert_int_equal(ask(&f, "10.0.0.5", "1970-01-01T00:00:01Z"), 0);
	tear_down(&f);
}

static void
a_peer_is_its_64_and_a_honeypot_its_primary_address(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 [2001:db8:2:1::9]:1 > [2001:db8:1::7]:22");
	put(&f, "+60 [2001:db8:2:1::2]:2 > [2001:db8:1::7]:22");
	assert_int_equal(ask(&f, "2001:db8:1::7", "+60"), 1);
	assert_int_equal(f.v[0].connections, 2);
	assert_int_equal(f.v[0].peer.b[15], 2);
	assert_int_equal(f.v[0].counted.b[15], 0);
	/* Honeypots of one /64 are not one peer. */
	put(&f, "+61 [2001:db8:1::8]:2 > [2001:db8:1::7]:22");
	put(&f, "+61 [2001:db8:1::9]:2 > [2001:db8:1::7]:22");
	assert_int_equal(ask(&f, "2001:db8:1::7", "+61"), 3);
	put(&f, "+62 10.0.0.6:2 > 10.0.0.9:22");
	ask(&f, "10.0.0.9", "+62");
	assert_true(f.v[0].within);
	assert_int_equal(f.v[0].counted.b[15], 5);
	tear_down(&f);
}

static void
what_is_expected_or_forged_is_not_kept(void **state)
{
	struct fixture f;
	struct connection c;

	(void)state;
	set_up(&f, 64);
	c = connection_of(&f, "+0 1.2.3.4:1 > 10.0.0.5:80");
	c.expected = true;
	history_put(f.h, &c, CONNECTION_NEW);
	put(&f, "+0 1.2.3.4:1 > 5.6.7.8:80");
	assert_int_equal(ask(&f, "10.0.0.5", "+1"), 0);
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		visits_are_summed_by_peer_address_and_port_up_to_a_moment),
	    cmocka_unit_test(the_window_is_24_hours),
	    cmocka_unit_test(many_connections_answer_the_same_in_any_order),
	    cmocka_unit_test(
		an_outcome_that_comes_later_changes_its_connection),
	    cmocka_unit_test(who_comes_late_is_found_at_its_own_time),
	    cmocka_unit_test(without_times_the_order_counts),
	    cmocka_unit_test(
		a_peer_is_its_64_and_a_honeypot_its_primary_address),
	    cmocka_unit_test(what_is_expected_or_forged_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
