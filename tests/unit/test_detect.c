/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/alerts.h"
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/option.h"
#include "tests/unit/cm.h"
#include "tests/unit/lines.h"

#include <sysexits.h>

/* Start the detectors with 'site'; returns whether they took it. */
static bool
starts(const char *text, struct err *e)
{
	struct site *site = site_of(text);
	const struct alerts_sink sink = {NULL, NULL};
	const struct alerts_sizes sizes = {4, 4};
	struct alerts *alerts = alerts_new(site, &sizes, &sink);
	struct detect *d = detect_new(site, alerts, NULL, e);
	bool ok = d != NULL;

	detect_free(d);
	alerts_free(alerts);
	site_free(site);
	return ok;
}

static void
each_detector_has_a_name_a_sentence_and_asks_for_something(void **state)
{
	size_t n = 0;

	(void)state;
	for (; detectors[n] != NULL; n++) {
		const struct detector *d = detectors[n];

		assert_true(strlen(d->name) > 0);
		assert_int_equal(d->doc[strlen(d->doc) - 1], '.');
		assert_true(d->events != 0 || d->tick != NULL);
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(detectors[i]->name, d->name);
	}
	assert_true(n >= 3);
}

static void
quiet_is_an_option_of_every_detector(void **state)
{
	struct err e;

	(void)state;
	assert_true(starts("option outbound quiet 48h\n"
			   "option outbound-irc quiet 60s\n",
	    &e));
}

static void
a_wrong_option_is_named_with_its_place_and_the_nearest(void **state)
{
	static const struct {
		const char *site, *text;
	} rows[] = {
	    {"option outbund quiet 48h\n",
		"test:1: there is no detector 'outbund'; did you mean "
		"'outbound'?"},
	    {"option outbound quit 48h\n",
		"test:1: detector 'outbound' has no option 'quit'; did you "
		"mean 'quiet'?"},
	    {"option outbound quiet soon\n",
		"test:1: detector outbound: quiet = 'soon' is not a time "
		"like \"90s\" or \"24h\""},
	    {"option outbound quiet 59s\n",
		"test:1: detector outbound: quiet = 59s is not between 60s "
		"and 31536000s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err e;

		assert_false(starts(rows[i].site, &e));
		assert_string_equal(e.text, rows[i].text);
		assert_int_equal(e.code, EX_CONFIG);
	}
}

struct sweep {
	int64_t servers, window_ns;
};

static const struct option sweep_options[] = {
    {"servers", OPTION_COUNT, 10, 2, 1000, offsetof(struct sweep, servers)},
    {"window", OPTION_DURATION, 60 * NS_PER_SEC, NS_PER_SEC, NS_PER_DAY,
	offsetof(struct sweep, window_ns)},
    {0},
};

static int
set(struct sweep *s, char *name, char *value, struct err *e)
{
	static char place[] = "here:7";
	struct detector_option o = {
	    .detector = "sweep", .value = value, .place = place};

	snprintf(o.name, sizeof(o.name), "%s", name);
	return option_set(sweep_options, &o, s, e);
}

static void
options_have_kinds_presets_and_ranges(void **state)
{
	char servers[] = "servers", window[] = "window", other[] = "other";
	char twelve[] = "12", twelve_s[] = "12s", one[] = "1", big[] = "1001";
	char tail[] = "12x", empty[] = "";
	struct sweep s;
	struct err e;

	(void)state;
	option_presets(sweep_options, &s);
	assert_int_equal(s.servers, 10);
	assert_int_equal(s.window_ns, 60 * NS_PER_SEC);
	assert_int_equal(set(&s, servers, twelve, &e), 1);
	assert_int_equal(s.servers, 12);
	assert_int_equal(set(&s, window, twelve_s, &e), 1);
	assert_int_equal(s.window_ns, 12 * NS_PER_SEC);
	assert_int_equal(set(&s, other, twelve, &e), 0);
	assert_int_equal(set(&s, servers, twelve_s, &e), -1);
	assert_int_equal(set(&s, window, twelve, &e), -1);
	assert_int_equal(set(&s, servers, one, &e), -1);
	assert_int_equal(set(&s, servers, big, &e), -1);
	assert_string_equal(e.text,
	    "here:7: detector sweep: servers = 1001 is not between 2 and 1000");
	assert_int_equal(set(&s, servers, tail, &e), -1);
	assert_int_equal(set(&s, servers, empty, &e), -1);
	assert_int_equal(s.servers, 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		each_detector_has_a_name_a_sentence_and_asks_for_something),
	    cmocka_unit_test(quiet_is_an_option_of_every_detector),
	    cmocka_unit_test(
		a_wrong_option_is_named_with_its_place_and_the_nearest),
	    cmocka_unit_test(options_have_kinds_presets_and_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
