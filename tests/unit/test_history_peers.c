/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/histories.h"

static void
peers_on_a_port_and_the_reach_of_a_peer_are_counted(void **state)
{
	struct fixture f;
	struct addr combo = addr_of("10.0.0.5"), a = addr_of("1.2.3.4");
	struct moment m = at("+100");
	struct reach r;
	bool more;

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.4:1 > 10.0.0.5:80");
	put(&f, "+1 1.2.3.4:2 > 10.0.0.6:80");
	put(&f, "+2 1.2.3.5:3 > 10.0.0.6:80");
	put(&f, "+3 1.2.3.6:4 > 10.0.0.5:80");
	put(&f, "+4 1.2.3.4:5 > 10.0.0.9:80");
	put(&f, "+5 1.2.3.4:6 > 10.0.0.9:81");
	put(&f, "+101 1.2.3.7:7 > 10.0.0.5:80");
	assert_int_equal(history_peers_on(f.h, &combo, 80, &m, NULL, 9), 3);
	assert_int_equal(history_peers_on(f.h, &combo, 80, &m, NULL, 2), 2);
	assert_int_equal(history_peers_on(f.h, &combo, 80, &m, &a, 9), 2);
	assert_int_equal(history_peers_on(f.h, &combo, 81, &m, NULL, 9), 0);
	assert_int_equal(history_swept(f.h, &a, 80, &m, &more), 3);
	assert_false(more);
	r = history_reach(f.h, &a, &m);
	assert_int_equal(r.honeypots, 2);
	assert_int_equal(r.ports, 2);
	tear_down(&f);
}

static void
a_port_is_rare_while_few_others_tried_it(void **state)
{
	struct fixture f;
	struct addr pot = addr_of("10.0.0.9"), me = addr_of("1.2.3.4");
	struct moment soon = at("+100"), later = at("+86500");

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.5:1 > 10.0.0.9:81");
	put(&f, "+1 1.2.3.6:1 > 10.0.0.9:81");
	put(&f, "+99 1.2.3.4:1 > 10.0.0.9:81");
	assert_true(history_is_rare(f.h, &pot, 81, &soon, &me, 2));
	assert_false(history_is_rare(f.h, &pot, 81, &soon, &me, 1));
	assert_true(history_is_rare(f.h, &pot, 82, &soon, &me, 0));
	/* Those who come behind the moment do not count, ... */
	for (int i = 10; i < 20; i++) {
		char line[80];

		snprintf(
		    line, sizeof(line), "+101 1.2.3.%d:1 > 10.0.0.9:81", i);
		put(&f, line);
	}
	assert_true(history_is_rare(f.h, &pot, 81, &soon, &me, 2));
	/* ... nor those who came more than a day before. */
	put(&f, "+86499 1.2.3.4:2 > 10.0.0.9:81");
	assert_false(history_is_rare(f.h, &pot, 81, &later, &me, 9));
	later = at("+86502");
	assert_true(history_is_rare(f.h, &pot, 81, &later, &me, 0));
	tear_down(&f);
}

/* The short cuts and the count of all must agree, whoever is forgotten. */
static void
whether_a_port_is_rare_agrees_with_the_count(void **state)
{
	struct fixture f;
	struct addr pot = addr_of("10.0.0.5");
	uint64_t seed = 7;
	char line[80];

	(void)state;
	set_up(&f, 12);
	for (int i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		unsigned int r = (unsigned int)(seed >> 33);
		int64_t s = i * 600 + (int)(r % 3000);
		struct addr who;
		struct moment m = {(s - (int)(r % 3) * 1000) * NS_PER_SEC, 0};

		snprintf(line, sizeof(line),
		    "+%lld 1.2.3.%u:%u > 10.0.0.%u:%u %s", (long long)s,
		    r / 8 % 5, r % 60000, 5 + r / 4096 % 2, 80 + r / 128 % 3,
		    r % 5 ? "unknown" : "answered");
		put(&f, line);
		snprintf(line, sizeof(line), "1.2.3.%u", r / 512 % 5);
		who = addr_of(line);
		m.ns += line_time("+0");
		for (uint16_t port = 80; port < 83; port++)
			for (uint32_t n = 0; n < 6; n++)
				assert_int_equal(history_is_rare(f.h, &pot,
						     port, &m, &who, n),
				    history_peers_on(
					f.h, &pot, port, &m, &who, n + 1) <= n);
	}
	tear_down(&f);
}

static void
guests_are_those_doors_where_a_peer_got_in(void **state)
{
	struct fixture f;
	struct addr combo = addr_of("10.0.0.5"), a = addr_of("1.2.3.4");
	struct moment m = at("+100");

	(void)state;
	set_up(&f, 64);
	put(&f, "+0 1.2.3.4:1 > 10.0.0.5:80");
	put(&f, "+1 1.2.3.4:2 > 10.0.0.5:22 answered");
	put(&f, "+2 1.2.3.4:3 > 10.0.0.6:25");
	put(&f, "+3 1.2.3.4:4 > 10.0.0.9:22 answered");
	change(&f, "+2 1.2.3.4:3 > 10.0.0.6:25 answered");
	f.n = 0;
	history_of_guest(f.h, &a, &combo, 3, &m, keep, &f);
	qsort(f.v, f.n, sizeof(*f.v), compare);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.v[0].port, 22);
	assert_int_equal(f.v[1].port, 25);
	tear_down(&f);
}

static void
a_scanner_pushes_out_its_own(void **state)
{
	struct fixture f;
	struct moment m = at("+100000");
	struct addr scanner = addr_of("6.6.6.6");
	char line[80];
	bool more;

	(void)state;
	set_up(&f, 1000);
	put(&f, "+0 1.2.3.4:1 > 10.0.0.5:80");
	put(&f, "+1 6.6.6.6:1 > 10.0.0.5:80 answered");
	for (int i = 0; i < 20000; i++) {
		snprintf(line, sizeof(line), "+2 6.6.6.6:7 > 10.0.%d.%d:%d %s",
		    i / 256, i % 256, 1 + i % 5, i % 2 ? "refused" : "unknown");
		put(&f, line);
	}
	assert_int_equal(ask(&f, "10.0.0.5", "+1.5"), 2);
	m = at("+3");
	assert_true(history_swept(f.h, &scanner, 2, &m, &more) > 3);
	assert_true(more);
	assert_true(history_evicted(f.h) > 19000);
	tear_down(&f);
}

static void
a_million_strangers_leave_the_visits_that_matter(void **state)
{
	struct fixture f;
	struct connection c;

	(void)state;
	set_up(&f, 4096);
	put(&f, "+0 1.2.3.4:1 > 10.0.0.5:80 answered");
	put(&f, "+1 1.2.3.5:1 > 10.0.0.5:8443");
	put(&f, "+2 1.2.3.6:1 > 10.0.0.5:445");
	put(&f, "+60 1.2.3.6:2 > 10.0.0.5:445");
	put(&f, "+3 1.2.3.7:1 > 10.0.0.5:445 refused");
	c = connection_of(&f, "+70 6.6.6.6:7 > 10.0.0.5:445");
	for (uint32_t i = 0; i < 1000000; i++) {
		memcpy(&c.client.addr.b[12], &i, 4);
		c.client.addr.b[12] |= 1;
		c.client.primary = c.client.addr;
		c.outcome = i % 3 ? OUTCOME_UNKNOWN : OUTCOME_REFUSED;
		history_put(f.h, &c, CONNECTION_NEW);
	}
	/* Just before the flood's own time. */
	assert_int_equal(ask(&f, "10.0.0.5", "+65"), 3);
	assert_int_equal(f.v[0].port, 80);
	assert_int_equal(f.v[1].port, 8443);
	assert_int_equal(f.v[2].port, 445);
	assert_in_range(history_evicted(f.h), 400000, 1000000);
	tear_down(&f);
}

static void
the_first_call_to_a_peer_is_known(void **state)
{
	struct fixture f;
	struct addr combo = addr_of("10.0.0.5"), a = addr_of("1.2.3.4");

	(void)state;
	set_up(&f, 64);
	assert_int_equal(history_called(f.h, &combo, &a).order, 0);
	put(&f, "+10 10.0.0.6:1 > 1.2.3.4:6667");
	put(&f, "+9.8 10.0.0.5:2 > 1.2.3.4:6667");
	put(&f, "+20 10.0.0.5:3 > 1.2.3.4:6668");
	assert_true(history_called(f.h, &combo, &a).ns == line_time("+9.8"));
	put(&f, "+86421 10.0.0.5:3 > 1.2.3.4:6668");
	assert_true(history_called(f.h, &combo, &a).ns == line_time("+86421"));
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		peers_on_a_port_and_the_reach_of_a_peer_are_counted),
	    cmocka_unit_test(a_port_is_rare_while_few_others_tried_it),
	    cmocka_unit_test(whether_a_port_is_rare_agrees_with_the_count),
	    cmocka_unit_test(guests_are_those_doors_where_a_peer_got_in),
	    cmocka_unit_test(a_scanner_pushes_out_its_own),
	    cmocka_unit_test(a_million_strangers_leave_the_visits_that_matter),
	    cmocka_unit_test(the_first_call_to_a_peer_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
