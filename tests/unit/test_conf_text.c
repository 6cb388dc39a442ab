/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <cmocka.h>

#include "tests/unit/conf_load.h"

static void
lines_are_counted_through_comments_quotes_and_lists(void **state)
{
	static const char text[] = "# a comment\n"
				   "// another one\n"
				   "/* one line */ /* and\n"
				   "   two */ string = \"over\n"
				   "two lines\" // behind\n"
				   "strings = {a, # first\n"
				   "\tb,\n"
				   "}\n"
				   "#\n"
				   "small = x\n";
	struct all all;

	(void)state;
	assert_int_equal(load(text, &all), -1);
	conf_release(options, &all);
	if (strstr(e.text, "/a.conf:10: 'small'") == NULL)
		fail_msg("%s", e.text);
}

static void
marks_of_comments_inside_words_and_quotes_are_text(void **state)
{
	struct all all;

	(void)state;
	assert_int_equal(load("string = \"a # b // c /* d */ \\\"e\\\" 'f'\"\n"
			      "endpoint = tcp://10.9.0.2:7761//\n",
			     &all),
	    -1);
	conf_release(options, &all);
	assert_non_null(strstr(e.text, ":2: 'endpoint'"));
	assert_int_equal(load("string = \"a # b // c /* d */ \\\"e\\\" 'f'\"\n"
			      "path = '/#'\n",
			     &all),
	    0);
	assert_string_equal(all.string, "a # b // c /* d */ \"e\" 'f'");
	assert_string_equal(all.path, "/#");
	conf_release(options, &all);
}

static void
what_is_no_configuration_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"\n\nstrng = x", ":3: unknown key 'strng'; did you mean "
			      "'string'?"},
	    {"xyzzyxyzzy = 1", ":1: unknown key 'xyzzyxyzzy'"},
	    {"\npod a { }", ":2: unknown key 'pod'; did you mean 'pot'?"},
	    {"pot a {\n strin = 1 }", ":2: unknown key 'strin'; did you mean "
				      "'string'?"},
	    {"small = 1\n\nsmall = 2", ":3: 'small' is set in "},
	    {"nets = {10.0.0.0/8}\nnets = 11.0.0.0/8", ":2: 'nets' is set in"},
	    {"pot a { string = x string = y }", "'string' is set in"},
	    {"pot a { string = x }\npot b { }\npot a { }", ":3: found "
							   "duplicate title "
							   "'a'"},
	    {"pot 'a b' { string = x }", ":1: 'a b' is no name"},
	    {"pot 'a/b' { string = x }", "is no name"},
	    {"pot '' { string = x }", "is no name"},
	    {"pot { string = x }", "missing title"},
	    {"pot a string = x", "missing opening brace"},
	    {"small", "premature end of file"},
	    {"small =", "premature end of file"},
	    {"small 5", "missing equal sign"},
	    {"\npot a {\n\n", ":2: this brace is not closed"},
	    {"nets = {10.0.0.0/8,", ":1: this brace is not closed"},
	    {"}", "unexpected"},
	    {"pot a { pot b { } }", "unknown key 'pot'"},
	    {"\nstring = \"abc\n\n", ":2: this quote is not closed"},
	    {"\nstring = 'abc\\", ":2: this quote is not closed"},
	    {"\n/* abc\n", ":2: this comment is not closed"},
	    {"/*/", "this comment is not closed"},
	    {"string = \"${HOME}\"", ":1: '${...}' is not replaced here"},
	    {"string = ${HOME}", "is not replaced here"},
	    {"strings += {a}", ":1: '+' stands outside of quotes"},
	    {"string = a*b", "'*' stands outside of quotes"},
	    {"include(x)", "'(' stands outside of quotes"},
	    {"\"small\" = 5", ":1: a key stands without quotes"},
	    {"pot a { string = x }\n'pot=a|string' = y",
		":2: a key stands without quotes"},
	    {"small = {1, 2}", "unexpected token"},
	    {"small = 1 2", "unknown key '2'"},
	    {"a\001b", ":1: this is no text: it has the byte 0x01"},
	    {"\n\n\033[2J", ":3: this is no text: it has the byte 0x1b"},
	    {"free x { a = {b} }", "unexpected token"},
	    {"free x { 'a' = b }", "a key stands without quotes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct conf *c = open_text(rows[i].text);

		if (c != NULL)
			fail_msg("%s was accepted", rows[i].text);
		assert_int_equal(e.code, EX_CONFIG);
		if (strstr(e.text, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
		if (strstr(e.text, "/a.conf:") == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
	}
}

static void
a_backslash_takes_the_meaning_from_what_follows(void **state)
{
	struct all all;

	(void)state;
	assert_int_equal(load("string = \"\\${HOME} $5\"", &all), 0);
	assert_string_equal(all.string, "${HOME} $5");
	conf_release(options, &all);
	assert_int_equal(load("string = \"a\\\nb\"", &all), 0);
	assert_string_equal(all.string, "ab");
	conf_release(options, &all);
	assert_int_equal(load("string = '${HOME}'", &all), 0);
	assert_string_equal(all.string, "${HOME}");
	conf_release(options, &all);
}

static void
an_empty_file_and_one_of_comments_are_configurations(void **state)
{
	static const char *const texts[] = {
	    "", "\n", "#", "//", "# x\n", "/**/", "/***/", " \t\r\n"};
	struct all all;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (load(texts[i], &all) == -1)
			fail_msg("'%s': %s", texts[i], e.text);
}

static void
a_parse_after_a_failed_one_is_not_disturbed(void **state)
{
	static const char *const bad[] = {"string = \"abc", "string = 'abc",
	    "/* abc", "# abc\n}", "pot a { string = ", "pot a { string = (",
	    "strings = {a, b", "include = 'none'", "free x { a = 5"};
	struct all all;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(open_text(bad[i]));
		assert_int_equal(load("\nsmall = 5\nnumber = x\n", &all), -1);
		assert_non_null(strstr(e.text, ":3: 'number'"));
		conf_release(options, &all);
		assert_int_equal(load("string = fine", &all), 0);
		assert_string_equal(all.string, "fine");
		conf_release(options, &all);
	}
}

static void
a_file_s_size_goes_to_its_limit_and_no_further(void **state)
{
	char path[FILE_PATH_MAX];
	struct conf *c;
	char *text = malloc(CONF_FILE_MAX + 2);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', CONF_FILE_MAX + 1);
	text[CONF_FILE_MAX] = '\0';
	c = open_text(text);
	assert_non_null(c);
	conf_close(c);
	text[CONF_FILE_MAX] = '\n';
	text[CONF_FILE_MAX + 1] = '\0';
	assert_null(open_text(text));
	assert_int_equal(e.code, EX_CONFIG);
	assert_non_null(strstr(e.text, path_of("a.conf", path)));
	assert_non_null(strstr(e.text, "larger than 4194304 bytes"));
	free(text);
}

static void
only_regular_files_are_read(void **state)
{
	char path[FILE_PATH_MAX];

	(void)state;
	assert_null(conf_open(folder, options, kinds, &e));
	assert_int_equal(e.code, EX_CONFIG);
	assert_non_null(strstr(e.text, "no regular file"));
	assert_int_equal(mkfifo(path_of("pipe", path), 0600), 0);
	assert_null(conf_open(path, options, kinds, &e));
	assert_int_equal(e.code, EX_CONFIG);
	assert_null(conf_open("/dev/zero", options, kinds, &e));
	assert_int_equal(e.code, EX_CONFIG);
	assert_null(conf_open(path_of("none.conf", path), options, kinds, &e));
	assert_int_equal(e.code, EX_NOINPUT);
	assert_non_null(strstr(e.text, path));
}

static void
a_name_goes_to_its_limit_and_no_further(void **state)
{
	char text[128];
	struct conf *c;

	(void)state;
	snprintf(
	    text, sizeof(text), "pot %0*d { string = x }", CONF_TITLE_MAX, 0);
	c = open_text(text);
	assert_non_null(c);
	conf_close(c);
	snprintf(text, sizeof(text), "pot %0*d { string = x }",
	    CONF_TITLE_MAX + 1, 0);
	assert_null(open_text(text));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lines_are_counted_through_comments_quotes_and_lists),
	    TEST(marks_of_comments_inside_words_and_quotes_are_text),
	    TEST(what_is_no_configuration_is_refused_with_its_line),
	    TEST(a_backslash_takes_the_meaning_from_what_follows),
	    TEST(an_empty_file_and_one_of_comments_are_configurations),
	    TEST(a_parse_after_a_failed_one_is_not_disturbed),
	    TEST(a_file_s_size_goes_to_its_limit_and_no_further),
	    TEST(only_regular_files_are_read),
	    TEST(a_name_goes_to_its_limit_and_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
