/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* 2005-02-26T19:00:52Z, by "date -d ... +%s". */
#define THEN (INT64_C(1109444452) * NS_PER_SEC)

static void
a_time_has_as_many_digits_as_it_needs(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} row[] = {
	    {THEN, "2005-02-26T19:00:52Z"},
	    {THEN + 120 * NS_PER_MS, "2005-02-26T19:00:52.120Z"},
	    {THEN + 123456000, "2005-02-26T19:00:52.123456Z"},
	    {THEN + 123456789, "2005-02-26T19:00:52.123456789Z"},
	    {0, "1970-01-01T00:00:00Z"},
	    {-1, "1969-12-31T23:59:59.999999999Z"},
	    {TIME_NONE, "-"},
	};
	char out[TIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		assert_string_equal(time_format(row[i].ns, out), row[i].text);
}

static void
what_is_formatted_can_be_read_again(void **state)
{
	static const int64_t times[] = {
	    0, 1, -1, THEN, THEN + 123456789, INT64_C(9000000000) * NS_PER_SEC};
	char out[TIME_TEXT_MAX];
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		assert_int_equal(
		    time_parse(time_format(times[i], out), &ns), 0);
		assert_true(ns == times[i]);
	}
}

static void
times_are_read_in_the_forms_of_rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} row[] = {
	    {"2005-02-26T19:00:52Z", THEN},
	    {"2005-02-26t19:00:52z", THEN},
	    {"2005-02-26 19:00:52", THEN},
	    {"2005-02-26T20:00:52+01:00", THEN},
	    {"2005-02-26T14:00:52-0500", THEN},
	    {"2005-02-26 20:00:52 +01:00", THEN},
	    {"2005-02-26T19:00:52.5Z", THEN + NS_PER_SEC / 2},
	    {"2005-02-26T19:00:52.1234567899Z", THEN + 123456789},
	    {"2005-02-26T19:00", THEN - 52 * NS_PER_SEC},
	    {"2005-02-26", THEN - (19 * 3600 + 52) * NS_PER_SEC},
	    {"@1109444452", THEN},
	    {"@1109444452.25", THEN + NS_PER_SEC / 4},
	    {"@-1.5", -3 * NS_PER_SEC / 2},
	    {"@-0.5", -NS_PER_SEC / 2},
	};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		if (time_parse(row[i].text, &ns) != 0)
			fail_msg("%s", row[i].text);
		if (ns != row[i].ns)
			fail_msg("%s: %lld", row[i].text, (long long)ns);
	}
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"", "yesterday", "2005-13-01",
	    "2005-02-26T", "2005-02-29", "2005-02-30T10:00Z", "2005-04-31",
	    "2005-00-01", "2005-02-26T25:00:00", "2005-02-26T19:00:52+25:00",
	    "2005-02-26T19:00:52X", "2005-02-26T19:00:52+01:00x", "@", "@x",
	    "@99999999999999", "26.02.2005", "2005-02-26x"};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (time_parse(bad[i], &ns) != -1)
			fail_msg("%s", bad[i]);
}

static void
durations_have_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} row[] = {
	    {"30s", 30 * NS_PER_SEC},
	    {"500ms", 500 * NS_PER_MS},
	    {"5m", 300 * NS_PER_SEC},
	    {"5min", 300 * NS_PER_SEC},
	    {"2h", 2 * NS_PER_HOUR},
	    {"7d", 7 * NS_PER_DAY},
	    {"1w", 7 * NS_PER_DAY},
	    {"0s", 0},
	    {"10us", 10000},
	    {"9ns", 9},
	};
	static const char *const bad[] = {"", "30", "s", "-5s", "5 s", "5S",
	    "1.5h", "99999999999999w", "99999999999999999999s", "5sec"};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		assert_int_equal(duration_parse(row[i].text, &ns), 0);
		assert_true(ns == row[i].ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (duration_parse(bad[i], &ns) != -1)
			fail_msg("%s", bad[i]);
}

static void
a_test_drives_all_clocks(void **state)
{
	(void)state;
	clock_fake(42);
	assert_true(clock_wall_ns() == 42);
	assert_true(clock_mono_ns() == 42);
	assert_true(clock_boot_ns() == 42);
	clock_real();
	assert_true(clock_wall_ns() > THEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_time_has_as_many_digits_as_it_needs),
	    cmocka_unit_test(what_is_formatted_can_be_read_again),
	    cmocka_unit_test(times_are_read_in_the_forms_of_rfc_3339),
	    cmocka_unit_test(what_is_no_time_is_refused),
	    cmocka_unit_test(durations_have_units),
	    cmocka_unit_test(a_test_drives_all_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
