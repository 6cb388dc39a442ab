/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers with units, times, lists, and what only connections have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <cmocka.h>

#include "tests/unit/filter_site.h"

struct row {
	const char *text;
	bool expected;
};

#define CHECK(rows, r)                                                         \
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)              \
	check(rows[i].text, r, rows[i].expected)

static void
numbers_may_have_units(void **state)
{
	static const struct row rows[] = {
	    {"packets = 1k", true},
	    {"packets = 1000", true},
	    {"packets > 1K", false},
	    {"packets >= 1k", true},
	    {"packets < 1M", true},
	    {"packets < 0", false},
	    {"packets >= 0", true},
	    {"packets <= 18446744073709551615", true},
	    {"packets > 18446744073709551615", false},
	    {"packets != 1k", false},
	    {"octets = 1MiB", true},
	    {"octets = 1048576B", true},
	    {"octets = 1024KiB", true},
	    {"octets > 1MB", true},
	    {"octets > 1M", true},
	    {"octets < 0x100001", true},
	};
	struct record r = syn();

	(void)state;
	r.packets = 1000;
	r.octets = 1 << 20;
	CHECK(rows, &r);
}

static void
numbers_may_be_lists_with_ranges(void **state)
{
	static const struct row rows[] = {
	    {"uid in [0, 1000-1999]", true},
	    {"uid [0 1001-1999]", false},
	    {"uid 1000-1000", true},
	    {"not uid in 0-999", true},
	    {"packets [1k-2k, 3]", true},
	    {"ttl in 32-64 and window [29200]", true},
	    {"mark [0x10000]", true},
	};
	struct record r = syn();

	(void)state;
	CHECK(rows, &r);
}

static void
lists_of_networks_may_hold_addresses_and_ranges(void **state)
{
	static const struct row rows[] = {
	    {"src net [10.0.0.0/8, 1.2.3.4, 11.11.79.60-11.11.79.70]", true},
	    {"src net 11.11.79.67-11.11.79.67", true},
	    {"src net 11.11.79.68-11.11.79.70", false},
	    {"src net 11.11.79.60-11.11.79.66", false},
	    {"src net 0.0.0.1-11.11.79.67", true},
	    {"src net 0.0.0.0-255.255.255.255", true},
	    {"src net 11.11.79.67-255.255.255.255", true},
	    {"src net ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
	    {"src net 2001:db8::5-2001:db8::f", false},
	    {"src ports [22, 40000]", true},
	    {"dst ports 6660-6669", true},
	};
	struct record r = syn();

	(void)state;
	CHECK(rows, &r);
}

static void
a_time_stands_for_what_it_leaves_open(void **state)
{
	static const struct row rows[] = {
	    {"time 2005-02-26", true},
	    {"time = 2005-02-26T19:00", true},
	    {"time = 2005-02-26T19:00:52Z", true},
	    {"time = '2005-02-26 19:00:52.5'", true},
	    {"time = 2005-02-26T19:00:52.50Z", true},
	    {"time = 2005-02-26T19:00:52.51Z", false},
	    {"time = 2005-02-26T20:00+01:00", true},
	    {"time != 2005-02-26", false},
	    {"time > 2005-02-26", false},
	    {"time >= 2005-02-26", true},
	    {"time <= 2005-02-26", true},
	    {"time < 2005-02-26", false},
	    {"time > 2005-02-26T19:00:51Z", true},
	    {"time > 2005-02-26T19:00:52Z", false},
	    {"time < 2005-02-26T19:00:53Z", true},
	    {"time >= 2005-02-26T19:00:52.6Z", false},
	    {"time [2005-02-25, 2005-02-26T19:00]", true},
	    {"time '@1109444452'", true},
	    {"time > 1969-07-20", true},
	};
	struct record r = syn();

	(void)state;
	assert_int_equal(time_parse("2005-02-26T19:00:52.5Z", &r.time_ns), 0);
	r.has |= HAS_TIME;
	CHECK(rows, &r);
	r.time_ns = TIME_NONE;
	check("time > 1969-07-20", &r, false);
	check("time <= 2005-02-26", &r, false);
}

static bool
connection_matches(const char *text, const struct filter_connection *c)
{
	struct record r = syn();
	struct filter_subject s = {.record = &r, .connection = c};
	struct filter *f = filter_parse(text, site, NULL);
	bool yes;

	assert_non_null(f);
	yes = filter_match(f, &s);
	filter_free(f);
	return yes;
}

static void
connections_have_attempts_an_outcome_and_a_duration(void **state)
{
	static const struct row rows[] = {
	    {"attempts > 3", true},
	    {"attempts 4-9", true},
	    {"attempts = 3", false},
	    {"outcome answered", true},
	    {"outcome [refused, blocked]", false},
	    {"outcome in [unknown answered]", true},
	    {"duration > 1m", true},
	    {"duration = 90s", true},
	    {"duration < 90000ms", false},
	    {"duration in 1m-1h", true},
	};
	struct filter_connection c = {.attempts = 4,
	    .outcome = OUTCOME_ANSWERED,
	    .duration_ns = 90 * NS_PER_SEC};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (connection_matches(rows[i].text, &c) != rows[i].expected)
			fail_msg("%s", rows[i].text);
	assert_false(connection_matches("attempts > 0", NULL));
	assert_false(connection_matches("outcome unknown", NULL));
	assert_false(connection_matches("duration > 0s", NULL));
}

static void
what_a_row_has_not_is_no_question_to_it(void **state)
{
	static const struct {
		const char *text;
		enum filter_scope scope;
		const char *says; /* "": it is */
	} rows[] = {
	    {"attempts > 3", FILTER_RECORDS,
		"column 1: 'attempts > 3': only connections have 'attempts': "
		"it cannot be asked of records"},
	    {"port 22 and not outcome answered", FILTER_RECORDS,
		"column 17: 'outcome answered': only connections"},
	    {"duration > 1s", FILTER_RECORDS, "only connections"},
	    {"attempts > 3 duration > 1s outcome refused", FILTER_CONNECTIONS,
		""},
	    {"port 22 (ttl < 64)", FILTER_CONNECTIONS,
		"column 10: 'ttl < 64': only records have 'ttl': it cannot be "
		"asked of connections"},
	    {"hook in", FILTER_CONNECTIONS, "'hook'"},
	    {"@low", FILTER_CONNECTIONS, "in '@low': column 9: 'ttl 3'"},
	    {"packets > 1 uid 0 sensor pot1 time > 2005-01-01",
		FILTER_CONNECTIONS, ""},
	    {"packets > 1 ttl 3 hook in prefix x interface y", FILTER_RECORDS,
		""},
	    {"packets > 1", FILTER_EXPECTED, "'packets'"},
	    {"direction out class ssh host 1.2.3.4 flags syn", FILTER_EXPECTED,
		""},
	};
	struct err e;

	(void)state;
	name_filter("low", "port 22 ttl 3");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter *f = filter_parse(rows[i].text, site, NULL);
		int rc;

		assert_non_null(f);
		rc = filter_check(f, rows[i].scope, &e);
		filter_free(f);
		assert_int_equal(rc, *rows[i].says == '\0' ? 0 : -1);
		if (rc == -1 && strstr(e.text, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
		if (rc == -1)
			assert_int_equal(e.code, EX_USAGE);
	}
	assert_int_equal(filter_check(NULL, FILTER_RECORDS, &e), 0);
}

/* A SYN of which nothing is known but what it must have. */
static void
what_is_not_known_is_named(void **state)
{
	static const struct {
		const char *text, *lacks; /* NULL: it can be answered */
		bool depends;
	} rows[] = {
	    {"port 6667", NULL, false},
	    {"packets > 1", "column 1: 'packets > 1'", true},
	    {"not packets > 1", "column 5: 'packets > 1'", true},
	    {"port 22 and packets > 1", NULL, false},
	    {"port 6667 and packets > 1", "column 15: 'packets > 1'", true},
	    {"port 6667 or packets > 1", NULL, false},
	    {"port 22 or octets > 1k", "column 12: 'octets > 1k'", true},
	    {"packets > 1 and octets > 1k", "column 1: 'packets > 1'", true},
	    {"packets > 1 and port 22", NULL, false},
	    {"flags syn and port 22", NULL, false},
	    {"flags syn and port 6667", NULL, true},
	    {"flags rst and ttl 3", NULL, true},
	    {"prefix x", "column 1: 'prefix x'", true},
	    {"sensor pot1", "column 1: 'sensor pot1'", true},
	    {"interface eth0", "column 1: 'interface eth0'", true},
	    {"hook in", "column 1: 'hook in'", true},
	    {"time > 2005-01-01", "column 1: 'time > 2005-01-01'", true},
	    {"@many and port 6667", "in '@many': column 1: 'packets > 1'",
		true},
	};
	struct record r = syn();
	struct filter_subject s = {.record = &r};
	struct filter_gap gap;

	(void)state;
	name_filter("many", "packets > 1");
	r.has = HAS_FLAGS;
	r.hook = HOOK_NONE;
	r.prefix = r.in_if = r.out_if = NULL;
	r.time_ns = TIME_NONE;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter *f = filter_parse(rows[i].text, site, NULL);
		bool lacks;

		assert_non_null(f);
		lacks = filter_lacks(f, &s, &gap);
		if (lacks != (rows[i].lacks != NULL) ||
		    (lacks && strcmp(gap.place, rows[i].lacks) != 0))
			fail_msg("%s: %s", rows[i].text,
			    lacks ? gap.place : "is known");
		if (filter_depends(f, &s) != rows[i].depends)
			fail_msg("%s: depends", rows[i].text);
		/* Who does not lack anything matches or does not. */
		assert_true(filter_may_lack(f) || !lacks);
		filter_free(f);
	}
	assert_false(filter_may_lack(NULL));
	assert_false(filter_lacks(NULL, &s, &gap));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, free_site)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(numbers_may_have_units),
	    TEST(numbers_may_be_lists_with_ranges),
	    TEST(lists_of_networks_may_hold_addresses_and_ranges),
	    TEST(a_time_stands_for_what_it_leaves_open),
	    TEST(connections_have_attempts_an_outcome_and_a_duration),
	    TEST(what_a_row_has_not_is_no_question_to_it),
	    TEST(what_is_not_known_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
