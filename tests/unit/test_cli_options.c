/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/format/format.h"
#include "common/clock.h"
#include "common/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

static const struct command command = {
    .name = "records",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT,
    .max_words = 4,
};

#define WORDS_MAX 12

/* Split 'line' at its blanks, and parse it. */
static int
parse(struct cli *c, char *line, struct err *e)
{
	static char *argv[WORDS_MAX + 1];
	int argc = 0;
	char *save = NULL;

	for (char *w = strtok_r(line, " ", &save);
	     w != NULL && argc < WORDS_MAX; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	*c = (struct cli){.command = &command};
	return options_parse(c, argc, argv, e);
}

static void
options_and_words_come_in_any_order(void **state)
{
	char line[] = "host --store /s 1.2.3.4 -ojson --count -c f";
	struct cli c;
	struct err e;

	(void)state;
	assert_int_equal(parse(&c, line, &e), 0);
	assert_int_equal(c.n_word, 2);
	assert_string_equal(c.word[0], "host");
	assert_string_equal(c.word[1], "1.2.3.4");
	assert_string_equal(c.opt.store, "/s");
	assert_string_equal(c.opt.config, "f");
	assert_string_equal(format_name(c.opt.format), "json");
	assert_true(c.opt.count);
	options_fini(&c.opt);
}

static void
two_dashes_end_the_options(void **state)
{
	char line[] = "--count -- --store x";
	struct cli c;
	struct err e;

	(void)state;
	assert_int_equal(parse(&c, line, &e), 0);
	assert_null(c.opt.store);
	assert_int_equal(c.n_word, 2);
	assert_string_equal(c.word[0], "--store");
}

static void
home_may_be_given_again(void **state)
{
	char line[] = "--home 10.0.0.0/8 --home=2001:db8::/32";
	struct cli c;
	struct err e;

	(void)state;
	assert_int_equal(parse(&c, line, &e), 0);
	assert_int_equal(c.opt.home.n, 2);
	assert_int_equal(c.opt.home.net[1].len, 32);
	options_fini(&c.opt);
}

static void
last_and_since_count_back_from_now(void **state)
{
	char last[] = "--last 2h", since[] = "--since 1m --until @99";
	struct cli c;
	struct err e;

	(void)state;
	clock_fake(100 * NS_PER_SEC);
	assert_int_equal(parse(&c, last, &e), 0);
	assert_int_equal(c.opt.since_ns, 100 * NS_PER_SEC - 2 * NS_PER_HOUR);
	assert_int_equal(parse(&c, since, &e), 0);
	assert_int_equal(c.opt.since_ns, 40 * NS_PER_SEC);
	assert_int_equal(c.opt.until_ns, 99 * NS_PER_SEC);
	clock_real();
}

static void
until_is_not_inside(void **state)
{
	struct options o = {.since_ns = 10, .until_ns = 20};

	(void)state;
	assert_false(options_in_time(&o, 9));
	assert_true(options_in_time(&o, 10));
	assert_true(options_in_time(&o, 19));
	assert_false(options_in_time(&o, 20));
	assert_false(options_in_time(&o, TIME_NONE));
	o.since_ns = o.until_ns = TIME_NONE;
	assert_true(options_in_time(&o, TIME_NONE));
}

/* What is wrong is named. */
static const struct {
	const char *line, *says;
} wrong[] = {
    {"--stroe x", "unknown option '--stroe'; did you mean 'store'?"},
    {"--zzzzzzzz", "unknown option '--zzzzzzzz'; see 'synhive help records'"},
    {"-z", "unknown option -z"},
    {"--refused", "--refused means nothing here"},
    {"--store", "--store needs a value: DIR"},
    {"-c", "-c needs a value: FILE"},
    {"--count=3", "--count takes no value"},
    {"-o xml", "-o xml: no such format; there are: csv, flow-print-3, "
	       "flow-print-5, json, psad-csv, table"},
    {"--home 10.0.0.1/8", "bits are set behind the prefix"},
    {"--home lab", "not a network"},
    {"--since yesterday", "--since yesterday: not a time"},
    {"--until 25:00", "--until 25:00: not a time"},
    {"--last week", "--last week: not a duration"},
    {"--since @20 --until @10", "--since is not before --until"},
    {"a b c d e", "e: one word too many"},
};

static void
wrong_options_are_named_and_usage_errors(void **state)
{
	char line[64];
	struct cli c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(line, sizeof(line), "%s", wrong[i].line);
		e = (struct err){0};
		print_message("%s\n", wrong[i].line);
		assert_int_equal(parse(&c, line, &e), -1);
		assert_int_equal(e.code, EX_USAGE);
		if (strstr(e.text, wrong[i].says) == NULL)
			fail_msg("it says: %s", e.text);
		options_fini(&c.opt);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(options_and_words_come_in_any_order),
	    cmocka_unit_test(two_dashes_end_the_options),
	    cmocka_unit_test(home_may_be_given_again),
	    cmocka_unit_test(last_and_since_count_back_from_now),
	    cmocka_unit_test(until_is_not_inside),
	    cmocka_unit_test(wrong_options_are_named_and_usage_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
