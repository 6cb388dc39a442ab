/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/vector.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"
#include "tests/unit/cm.h"

#include <string.h>

#define ONSET (1000 * NS_PER_DAY)
#define MIN (60 * NS_PER_SEC)

/* A worm's knock: of a port that hundreds try, two hours before, once. */
static struct vector
noise(int64_t gap_ns)
{
	struct vector v = {.port = 445, .peers = 500, .connections = 1};

	addr_parse("203.0.113.1", &v.peer);
	addr_parse("10.0.0.5", &v.address);
	v.swept = 1;
	v.watched_ns = VECTOR_WINDOW_NS;
	v.first_ns = v.before_ns = v.last_ns = ONSET - gap_ns;
	return v;
}

static struct vector
with(int64_t gap_ns, const char *what)
{
	struct vector v = noise(gap_ns);

	v.called_back = strstr(what, "called") != NULL;
	v.tried_odd = strstr(what, "odd") != NULL;
	if (strstr(what, "few") != NULL)
		v.peers = 3;
	if (strstr(what, "four") != NULL)
		v.peers = 4;
	if (strstr(what, "some") != NULL)
		v.peers = 19;
	if (strstr(what, "answered") != NULL)
		v.outcome = OUTCOME_ANSWERED;
	if (strstr(what, "refused") != NULL)
		v.outcome = OUTCOME_REFUSED;
	if (strstr(what, "silent") != NULL)
		v.outcome = OUTCOME_UNANSWERED;
	v.back = strstr(what, "back") != NULL;
	if (strstr(what, "talk") != NULL)
		v.packets = VECTOR_GUESSER_PACKETS + 1;
	if (strstr(what, "swept") != NULL)
		v.swept = VECTOR_SWEPT;
	v.port = 80;
	return v;
}

static void
the_likelier_door_comes_first(void **state)
{
	static const struct {
		const char *a;
		int64_t gap_a;
		const char *b;
		int64_t gap_b;
	} rows[] = {
	    {"called", 20 * NS_PER_HOUR, "few answered back", MIN},
	    {"odd", 20 * NS_PER_HOUR, "few answered back", MIN},
	    {"odd CALLED", 20 * NS_PER_HOUR, "back", MIN},
	    {"called odd", 20 * NS_PER_HOUR, "called few", MIN},
	    {"called swept", 20 * NS_PER_HOUR, "few", MIN},
	    {"called", 20 * NS_PER_HOUR, "called refused", MIN},
	    /* Few peers used the port, at most an hour before. */
	    {"few", NS_PER_HOUR, "four", 59 * MIN},
	    {"four", 59 * MIN, "few", NS_PER_HOUR + 1},
	    /* Near, and not by chance: 19 peers a day are 9 min 28 s. */
	    {"some", 9 * MIN, "answered back talk", MIN},
	    {"answered", 9 * MIN, "some", 10 * MIN},
	    /* In the same piece of time the other evidence decides. */
	    {"some answered", 9 * MIN, "some back talk", MIN},
	    {"some back", 9 * MIN, "some talk", MIN},
	    {"some talk", 9 * MIN, "some", MIN},
	    {"some", MIN, "some", 2 * MIN},
	    /* A busy port has somebody near at any time. */
	    {"back", 50 * MIN, "", 30 * NS_PER_SEC},
	    {"", 50 * MIN, "answered back", 2 * NS_PER_HOUR},
	    {"", 2 * NS_PER_HOUR, "answered", 7 * NS_PER_HOUR},
	    /* Those at the end. */
	    {"", 23 * NS_PER_HOUR, "swept few answered", MIN},
	    {"swept", 23 * NS_PER_HOUR, "refused few", MIN},
	    {"swept", 23 * NS_PER_HOUR, "silent few", MIN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vector a = with(rows[i].gap_a, rows[i].a);
		struct vector b = with(rows[i].gap_b, rows[i].b);

		if (vector_compare(&a, &b, ONSET) >= 0 ||
		    vector_compare(&b, &a, ONSET) <= 0)
			fail_msg("'%s' before '%s'", rows[i].a, rows[i].b);
	}
}

static void
two_that_differ_are_never_equal(void **state)
{
	struct vector a = noise(MIN), b = a;

	(void)state;
	assert_int_equal(vector_compare(&a, &b, ONSET), 0);
	b.port++;
	assert_true(vector_compare(&a, &b, ONSET) < 0);
	b = a;
	b.address.b[15]++;
	assert_true(vector_compare(&a, &b, ONSET) < 0);
	b = a;
	b.peer.b[15]++;
	assert_true(vector_compare(&b, &a, ONSET) > 0);
}

static void
strength_says_how_much_there_is(void **state)
{
	static const struct {
		const char *what;
		int64_t gap;
		enum vector_strength want;
	} rows[] = {
	    {"", MIN, VECTOR_NONE},
	    {"answered", 59 * MIN, VECTOR_WEAK},
	    {"answered", 61 * MIN, VECTOR_NONE},
	    {"few", MIN, VECTOR_WEAK},
	    {"some", MIN, VECTOR_WEAK},
	    {"some back", MIN, VECTOR_FAIR},
	    {"few talk", MIN, VECTOR_FAIR},
	    {"few refused", MIN, VECTOR_NONE},
	    {"few swept answered", MIN, VECTOR_NONE},
	    {"called", 20 * NS_PER_HOUR, VECTOR_STRONG},
	    {"odd swept", MIN, VECTOR_STRONG},
	    {"called refused", MIN, VECTOR_WEAK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vector v = with(rows[i].gap, rows[i].what);

		if (vector_strength(&v, ONSET) != rows[i].want)
			fail_msg("'%s': %s", rows[i].what,
			    vector_strength_name(vector_strength(&v, ONSET)));
	}
}

/* Without times nearness is no evidence, and an hour does not apply. */
static void
without_times_the_port_still_counts(void **state)
{
	struct vector a = with(0, "few"), b = with(0, "answered back");
	struct reasons r;

	(void)state;
	a.last_ns = b.last_ns = TIME_NONE;
	a.first_ns = b.first_ns = a.before_ns = b.before_ns = TIME_NONE;
	a.watched_ns = b.watched_ns = TIME_NONE;
	assert_true(vector_compare(&a, &b, TIME_NONE) < 0);
	vector_for(&a, TIME_NONE, &r);
	assert_int_equal(r.n, 1);
	assert_string_equal(r.text[0], "only 3 peers tried port 80 here");
	vector_against(&a, TIME_NONE, &r);
	assert_string_equal(
	    r.text[1], "without times nobody knows how near it was");
}

static void
sentences_say_what_is_known(void **state)
{
	struct vector v = with(13 * NS_PER_SEC, "some back");
	struct reasons r;

	(void)state;
	v.connections = 3;
	v.first_ns -= NS_PER_HOUR;
	v.before_ns -= MIN;
	vector_for(&v, ONSET, &r);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.text[0],
	    "it came 13 s before, nearer than the port's visitors come by "
	    "chance");
	assert_string_equal(r.text[1],
	    "it came 3 times, first 1972-09-26T22:59:47Z, before last "
	    "1972-09-26T23:58:47Z");
	vector_against(&v, ONSET, &r);
	assert_int_equal(r.n, 1);
	assert_string_equal(r.text[0], "whether it was answered was not seen");
	v = noise(2 * NS_PER_HOUR);
	v.swept = 23;
	v.outcome = OUTCOME_REFUSED;
	v.by_sizes = true;
	vector_against(&v, ONSET, &r);
	assert_int_equal(r.n, 4);
	assert_string_equal(
	    r.text[0], "it looks refused, a reading of the sizes");
	assert_string_equal(
	    r.text[1], "it tried port 445 on 23 addresses of the net");
	assert_string_equal(r.text[2], "it came 2 h before");
	assert_string_equal(r.text[3],
	    "500 peers tried port 445 here in 24 h, one every 2 min");
	v.watched_ns = 60 * NS_PER_SEC;
	vector_against(&v, ONSET, &r);
	assert_string_equal(r.text[3],
	    "500 peers tried port 445 here in 60 s, several in a second");
}

static void
spans_are_short_and_round_down(void **state)
{
	static const struct {
		int64_t ns;
		const char *want;
	} rows[] = {
	    {0, "less than 1 s"},
	    {NS_PER_SEC, "1 s"},
	    {120 * NS_PER_SEC - 1, "119 s"},
	    {120 * NS_PER_SEC, "2 min"},
	    {2 * NS_PER_HOUR - 1, "119 min"},
	    {2 * NS_PER_HOUR, "2 h"},
	    {2 * NS_PER_DAY, "2 days"},
	    {INT64_MAX, "106751 days"},
	};
	char text[SPAN_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(
		    span_format(rows[i].ns, text), rows[i].want);
}

static void
each_filter_is_one(void **state)
{
	static const struct {
		const char *peer;
		bool within;
		const char *want;
	} rows[] = {
	    {"203.0.113.9", false,
		"host 203.0.113.9 and host 10.0.0.5 and port 65535"},
	    {"2001:db8:2:1::9", false,
		"net 2001:db8:2:1::/64 and host 10.0.0.5 and port 65535"},
	    {"2001:db8:2:1::9", true,
		"host 2001:db8:2:1::9 and host 10.0.0.5 and port 65535"},
	};
	struct site *site = site_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[VECTOR_FILTER_MAX];
		struct vector v = noise(0);
		struct filter *f;
		struct err e;

		addr_parse(rows[i].peer, &v.peer);
		v.within = rows[i].within;
		v.port = 65535;
		assert_string_equal(vector_filter(&v, text), rows[i].want);
		f = filter_parse(text, site, &e);
		if (f == NULL)
			fail_msg("%s", e.text);
		filter_free(f);
	}
	site_free(site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_likelier_door_comes_first),
	    cmocka_unit_test(two_that_differ_are_never_equal),
	    cmocka_unit_test(strength_says_how_much_there_is),
	    cmocka_unit_test(without_times_the_port_still_counts),
	    cmocka_unit_test(sentences_say_what_is_known),
	    cmocka_unit_test(spans_are_short_and_round_down),
	    cmocka_unit_test(each_filter_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
