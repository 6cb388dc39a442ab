/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"
#include "common/err.h"
#include "common/schedule.h"

#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static struct schedule
parsed(const char *text)
{
	struct schedule s;
	struct err e;

	if (schedule_parse(text, &s, &e) == -1)
		fail_msg("%s: %s", text, e.text);
	return s;
}

/* "start end" of the first window that ends after 'after'. */
static void
assert_window(
    const char *text, const char *after, const char *start, const char *end)
{
	struct schedule s = parsed(text);
	char a[TIME_TEXT_MAX], b[TIME_TEXT_MAX];
	struct due w;
	int64_t t;

	assert_int_equal(time_parse(after, &t), 0);
	assert_true(schedule_next(&s, t, &w));
	time_format(w.start_ns, a);
	time_format(w.end_ns, b);
	if (strcmp(a, start) != 0 || strcmp(b, end) != 0)
		fail_msg("%s after %s: %s to %s", text, after, a, b);
}

static void
the_first_window_that_has_not_ended_is_found(void **state)
{
	static const struct {
		const char *text, *after, *start, *end;
	} rows[] = {
	    /* 2026-11-21 is a Saturday */
	    {"daily 03:00-04:00", "2026-11-21T03:30:00Z",
		"2026-11-21T03:00:00Z", "2026-11-21T04:00:00Z"},
	    {"daily 03:00-04:00", "2026-11-21T04:00:00Z",
		"2026-11-22T03:00:00Z", "2026-11-22T04:00:00Z"},
	    {"Mon-Fri 02:30-03:00", "2026-11-20T03:00:00Z",
		"2026-11-23T02:30:00Z", "2026-11-23T03:00:00Z"},
	    {"sat 22:00-02:00", "2026-11-22T01:00:00Z", "2026-11-21T22:00:00Z",
		"2026-11-22T02:00:00Z"},
	    {"sat 22:00-02:00", "2026-11-22T02:00:00Z", "2026-11-28T22:00:00Z",
		"2026-11-29T02:00:00Z"},
	    {"fri-mon,wed 00:00-24:00", "2026-11-24T00:00:00Z",
		"2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"},
	    {"daily 03:00-04:00 +01:00", "2026-11-21T00:00:00Z",
		"2026-11-21T02:00:00Z", "2026-11-21T03:00:00Z"},
	    {"mon 00:00-01:00 -05:00", "2026-11-21T00:00:00Z",
		"2026-11-23T05:00:00Z", "2026-11-23T06:00:00Z"},
	    {"every 1h", "2026-11-21T03:30:00Z", "2026-11-21T03:00:00Z",
		"2026-11-21T04:00:00Z"},
	    {"every 8h UTC", "2026-11-21T16:00:00Z", "2026-11-21T16:00:00Z",
		"2026-11-22T00:00:00Z"},
	    {"every 24h +02:00", "2026-11-21T23:00:00Z", "2026-11-21T22:00:00Z",
		"2026-11-22T22:00:00Z"},
	    {"every 1h", "1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z",
		"1970-01-01T00:00:00Z"},
	    {"thu 01:00-02:00", "1969-12-20T00:00:00Z", "1969-12-25T01:00:00Z",
		"1969-12-25T02:00:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_window(
		    rows[i].text, rows[i].after, rows[i].start, rows[i].end);
}

static void
what_is_no_schedule_is_refused_with_the_word(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"", "the schedule ends before 'daily'"},
	    {"dayly 03:00-04:00", "'dayly' is not 'daily', 'every' or days"},
	    {"mon-", "'mon-' is not"},
	    {"mon,,tue 01:00-02:00", "'mon,,tue' is not"},
	    {"monday 01:00-02:00", "'monday' is not"},
	    {"daily", "the schedule ends before a time like"},
	    {"daily 3:00-4:00", "'3:00-4:00' is not a time"},
	    {"daily 03:60-04:00", "'03:60-04:00' is not"},
	    {"daily 03:00-24:01", "is not a time"},
	    {"daily 24:00-01:00", "is not a time"},
	    {"daily 03:00-03:00", "is not a time"},
	    {"daily 03:00-04:00x", "is not a time"},
	    {"daily 03:00", "'03:00' is not a time"},
	    {"every", "the schedule ends before a duration"},
	    {"every 7h", "'7h' is not a duration from 1m to 24h"},
	    {"every 30s", "'30s' is not"},
	    {"every 2d", "'2d' is not"},
	    {"every 1h CET", "'CET' is not 'UTC' or a zone"},
	    {"every 1h +1:00", "'+1:00' is not"},
	    {"every 1h +24:00", "'+24:00' is not"},
	    {"every 1h UTC please", "'please' is not the end"},
	};
	struct schedule s;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(schedule_parse(rows[i].text, &s, &e), -1);
		assert_int_equal(e.code, EX_CONFIG);
		if (strstr(e.text, rows[i].says) == NULL)
			fail_msg("'%s': %s", rows[i].text, e.text);
	}
}

static void
windows_follow_each_other_without_end(void **state)
{
	static const char *const texts[] = {"every 1m", "daily 00:00-24:00",
	    "mon,thu 23:59-00:01 +13:45", "sun 12:00-11:59"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct schedule s = parsed(texts[i]);
		int64_t last = INT64_C(1732000000) * NS_PER_SEC;
		struct due w;

		for (int n = 0; n < 1000; n++) {
			assert_true(schedule_next(&s, last, &w));
			assert_true(w.end_ns > last);
			assert_true(w.start_ns < w.end_ns);
			if (n > 0)
				assert_true(w.start_ns >= last);
			last = w.end_ns;
		}
	}
}

static void
no_clock_shows_times_beyond_the_edge(void **state)
{
	struct schedule s = parsed("daily 03:00-04:00");
	struct due w;

	(void)state;
	assert_false(schedule_next(&s, INT64_MAX, &w));
	assert_false(schedule_next(&s, INT64_MIN, &w));
	assert_true(schedule_next(&s, INT64_MAX - 31 * NS_PER_DAY, &w));
	assert_true(schedule_next(&s, INT64_MIN + 31 * NS_PER_DAY, &w));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_window_that_has_not_ended_is_found),
	    cmocka_unit_test(what_is_no_schedule_is_refused_with_the_word),
	    cmocka_unit_test(windows_follow_each_other_without_end),
	    cmocka_unit_test(no_clock_shows_times_beyond_the_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
