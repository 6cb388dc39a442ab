/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "aggregator/source/calendar.h"
#include "aggregator/source/stamp.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct zone utc;

static int64_t
at(const char *text)
{
	int64_t ns;

	assert_int_equal(time_parse(text, &ns), 0);
	return ns;
}

/* The time of a line that begins with 'text'. */
static int64_t
ns_of(struct calendar *k, const char *text)
{
	struct cursor c = cursor_init(text, strlen(text));
	struct stamp s;

	assert_true(stamp_read(&c, &s));
	return stamp_ns(k, &s);
}

static void
assert_time(struct calendar *k, const char *text, const char *want)
{
	char got[TIME_TEXT_MAX];

	assert_string_equal(time_format(ns_of(k, text), got), want);
}

static struct calendar
written(const char *when)
{
	struct calendar k;

	calendar_init(&k, &utc, 0, at(when));
	return k;
}

static struct calendar
said(int year)
{
	struct calendar k;

	calendar_init(&k, &utc, year, at("2026-01-01"));
	return k;
}

static void
the_year_is_the_last_in_which_the_line_was_written_before_the_file(void **state)
{
	struct calendar k = written("2026-03-01T12:00:00Z");
	int year;

	(void)state;
	assert_time(&k, "Feb 28 23:59:59 x", "2026-02-28T23:59:59Z");
	assert_true(calendar_guessed(&k, &year));
	assert_int_equal(year, 2026);
	k = written("2026-03-01T12:00:00Z");
	assert_time(&k, "Dec 31 23:59:59 x", "2025-12-31T23:59:59Z");
	/* Clocks differ, zones too: a day of the future is today. */
	k = written("2026-03-01T23:00:00Z");
	assert_time(&k, "Mar  2 01:00:00 x", "2026-03-02T01:00:00Z");
}

static void
a_year_that_was_said_is_believed(void **state)
{
	struct calendar k = said(2005);
	int year;

	(void)state;
	assert_time(&k, "Dec 25 12:11:24 x", "2005-12-25T12:11:24Z");
	assert_false(calendar_guessed(&k, &year));
	assert_int_equal(year, 2005);
}

static void
the_year_rolls_over_at_new_year(void **state)
{
	struct calendar k = said(2005);

	(void)state;
	assert_time(&k, "Dec 31 23:59:58 x", "2005-12-31T23:59:58Z");
	assert_time(&k, "Dec 31 23:59:59 x", "2005-12-31T23:59:59Z");
	assert_time(&k, "Jan  1 00:00:01 x", "2006-01-01T00:00:01Z");
	/* A straggler of last year. */
	assert_time(&k, "Dec 31 23:59:59 x", "2005-12-31T23:59:59Z");
	assert_time(&k, "Jan  1 00:00:02 x", "2006-01-01T00:00:02Z");
	assert_time(&k, "Jan  2 00:00:02 x", "2006-01-02T00:00:02Z");
}

static void
it_rolls_over_between_the_first_two_lines(void **state)
{
	struct calendar k = said(2005);

	(void)state;
	assert_time(&k, "Dec 31 23:59:59 x", "2005-12-31T23:59:59Z");
	assert_time(&k, "Jan  1 00:00:01 x", "2006-01-01T00:00:01Z");
	assert_time(&k, "Jan  1 00:00:01 x", "2006-01-01T00:00:01Z");
}

static void
a_log_may_be_silent_for_months(void **state)
{
	struct calendar k = said(2005);

	(void)state;
	assert_time(&k, "Jan 10 00:00:00 x", "2005-01-10T00:00:00Z");
	assert_time(&k, "Jan 10 00:00:01 x", "2005-01-10T00:00:01Z");
	assert_time(&k, "Nov 10 00:00:00 x", "2005-11-10T00:00:00Z");
	assert_time(&k, "Nov 10 00:00:01 x", "2005-11-10T00:00:01Z");
	assert_time(&k, "Feb 10 00:00:00 x", "2006-02-10T00:00:00Z");
}

static void
one_damaged_month_moves_nothing_that_follows(void **state)
{
	static const char *const damaged[] = {"Jan", "Jul", "Sep", "Dec"};

	(void)state;
	for (size_t bad = 0; bad < 5; bad++)
		for (size_t m = 0; m < 4; m++) {
			struct calendar k = said(2005);
			char text[40], want[40];

			for (size_t i = 0; i < 5; i++) {
				snprintf(text, sizeof(text),
				    "%s 10 00:00:0%zu x",
				    i == bad ? damaged[m] : "Mar", i);
				snprintf(want, sizeof(want),
				    "2005-03-10T00:00:0%zuZ", i);
				if (i == bad)
					ns_of(&k, text);
				else
					assert_time(&k, text, want);
			}
		}
}

static void
a_29_february_needs_a_leap_year(void **state)
{
	struct calendar k = written("2026-03-05");

	(void)state;
	assert_time(&k, "Feb 29 10:00:00 x", "2024-02-29T10:00:00Z");
	k = said(2005);
	assert_int_equal(ns_of(&k, "Feb 29 10:00:00 x"), TIME_NONE);
	k = said(2004);
	assert_time(&k, "Feb 29 10:00:00 x", "2004-02-29T10:00:00Z");
}

static void
there_are_no_such_times(void **state)
{
	static const char *const bad[] = {"Feb 30 10:00:00 x",
	    "Mar  8 24:00:00 x", "Mar  8 10:60:00 x", "Mar  8 10:00:61 x",
	    "2026-13-01T00:00:00Z", "1969-12-31T00:00:00Z",
	    "2026-02-29T00:00:00Z"};
	struct calendar k = said(2005);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(ns_of(&k, bad[i]), TIME_NONE);
}

static void
these_are_no_time_stamps(void **state)
{
	static const char *const bad[] = {"", "M", "Mar", "Mar  8 20:16:4",
	    "Mxr  8 20:16:44 ", "Mar  x 20:16:44 ", "Mar 32 20:16:44 ",
	    "2026-11-21", "2026-11-21T20:16", "[20474]", "[20474.05",
	    "[Sun Mar  8 20:16:44]", "1425697770", "99999999999999999999.5",
	    "IN=eth0"};
	struct stamp s;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct cursor c = cursor_init(bad[i], strlen(bad[i]));

		if (stamp_read(&c, &s))
			fail_msg("'%s' is none", bad[i]);
		assert_ptr_equal(c.p, bad[i]);
	}
}

/* --- zones --- */

static struct zone
zone_of(const char *text)
{
	struct zone z;
	struct err e;

	if (zone_parse(text, &z, &e) == -1)
		fail_msg("%s", e.text);
	return z;
}

static void
a_zone_moves_what_says_none(void **state)
{
	static const struct {
		const char *zone, *want;
	} rows[] = {
	    {"UTC", "2005-07-08T20:16:44Z"},
	    {"Z", "2005-07-08T20:16:44Z"},
	    {"+02:00", "2005-07-08T18:16:44Z"},
	    {"-0530", "2005-07-09T01:46:44Z"},
	    {"+02", "2005-07-08T18:16:44Z"},
	};
	struct calendar k;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct zone z = zone_of(rows[i].zone);

		calendar_init(&k, &z, 2005, 0);
		assert_time(&k, "Jul  8 20:16:44 x", rows[i].want);
		assert_time(&k, "2005-07-08T20:16:44Z", "2005-07-08T20:16:44Z");
		assert_time(
		    &k, "2005-07-08T20:16:44+01:00", "2005-07-08T19:16:44Z");
	}
}

static void
a_named_zone_knows_summer_time(void **state)
{
	struct zone z;
	struct calendar k;
	struct err e;

	(void)state;
	if (zone_parse("Europe/Berlin", &z, &e) == -1) {
		print_message("no time zones here: %s\n", e.text);
		skip();
	}
	calendar_init(&k, &z, 2005, 0);
	assert_time(&k, "Mar 27 01:59:59 x", "2005-03-27T00:59:59Z");
	assert_time(&k, "Mar 27 03:00:00 x", "2005-03-27T01:00:00Z");
	assert_time(&k, "Jul  8 20:16:44 x", "2005-07-08T18:16:44Z");
	assert_int_equal(
	    zone_local(&z, at("2005-07-08T18:16:44Z") / NS_PER_SEC),
	    at("2005-07-08T20:16:44Z") / NS_PER_SEC);
}

static void
a_zone_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {"", "+", "+2", "+25:00", "+02:61",
	    "+02:00x", "Europe/Nowhere", "../../etc/passwd", "/etc/passwd"};
	struct zone z;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(zone_parse(bad[i], &z, &e), -1);
		assert_int_equal(e.code, EX_USAGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		the_year_is_the_last_in_which_the_line_was_written_before_the_file),
	    cmocka_unit_test(a_year_that_was_said_is_believed),
	    cmocka_unit_test(the_year_rolls_over_at_new_year),
	    cmocka_unit_test(it_rolls_over_between_the_first_two_lines),
	    cmocka_unit_test(a_log_may_be_silent_for_months),
	    cmocka_unit_test(one_damaged_month_moves_nothing_that_follows),
	    cmocka_unit_test(a_29_february_needs_a_leap_year),
	    cmocka_unit_test(there_are_no_such_times),
	    cmocka_unit_test(these_are_no_time_stamps),
	    cmocka_unit_test(a_zone_moves_what_says_none),
	    cmocka_unit_test(a_named_zone_knows_summer_time),
	    cmocka_unit_test(a_zone_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
