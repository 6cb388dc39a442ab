/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"
#include "common/operation.h"
#include "common/utf8.h"

#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define ID "00112233445566778899aabbccddeeff"

static struct err e;

static int
parse(const char *line, struct operation *out)
{
	return operation_parse(line, strlen(line), out, &e);
}

static void
each_operation_comes_back_exactly(void **state)
{
	static const struct operation rows[] = {
	    {.verb = OPERATION_ACK, .incident = ID},
	    {.verb = OPERATION_ACK,
		.incident = ID,
		.reason = "h\303\266ren \"a\\"},
	    {.verb = OPERATION_MUTE,
		.incident = ID,
		.mute_ns = NS_PER_HOUR,
		.reason = "x"},
	    {.verb = OPERATION_MUTE, .incident = ID},
	    {.verb = OPERATION_VERDICT, .incident = ID, .verdict = "unclear"},
	    {.verb = OPERATION_CLOSE, .incident = ID, .reason = "y"},
	    {.verb = OPERATION_REBUILD, .incident = ID},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *line = operation_format(&rows[i]);
		struct operation back;

		assert_non_null(line);
		assert_true(strlen(line) < OPERATION_LINE_MAX);
		assert_int_equal(line[strlen(line) - 1], '\n');
		line[strlen(line) - 1] = '\0';
		if (parse(line, &back) == -1)
			fail_msg("%s: %s", line, e.text);
		assert_memory_equal(&back, &rows[i], sizeof(back));
		free(line);
	}
}

static void
the_longest_operation_fits_a_line(void **state)
{
	struct operation o = {
	    .verb = OPERATION_MUTE, .incident = ID, .mute_ns = MUTE_MAX_NS};
	char *line;

	(void)state;
	memset(o.reason, '"', sizeof(o.reason) - 1);
	line = operation_format(&o);
	assert_non_null(line);
	assert_true(strlen(line) <= OPERATION_LINE_MAX);
	free(line);
}

static void
nonsense_is_refused_in_a_sentence(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
	    {"", "no JSON"},
	    {"{\"verb\": \"ack\"", "no JSON"},
	    {"[1]", "not a JSON object"},
	    {"{}", "no 'verb'"},
	    {"{\"verb\": null}", "'verb' is no text"},
	    {"{\"verb\": \"acc\"}", "there is no verb 'acc'"},
	    {"{\"verb\": \"ack\"}", "32 hex digits"},
	    {"{\"verb\": \"ack\", \"incident\": "
	     "\"00112233445566778899aabbccddeefF\"}",
		"32 hex digits"},
	    {"{\"verb\": \"ack\", \"incident\": \"" ID "0\"}",
		"'incident' has more than 32 bytes"},
	    {"{\"verb\": \"ack\", \"extra\": \"\"}", "unknown key 'extra'"},
	    {"{\"verb\": \"mute\", \"incident\": \"" ID "\"}", "no 'for'"},
	    {"{\"verb\": \"mute\", \"incident\": \"" ID
	     "\", \"for\": \"soon\"}",
		"'for' is no duration: 'soon'"},
	    {"{\"verb\": \"mute\", \"incident\": \"" ID
	     "\", \"for\": \"31d\", \"reason\": \"x\"}",
		"at most for 30d"},
	    {"{\"verb\": \"mute\", \"incident\": \"" ID "\", \"for\": \"1h\"}",
		"a mute has a reason"},
	    {"{\"verb\": \"verdict\", \"incident\": \"" ID "\"}",
		"'' is no verdict"},
	    {"{\"verb\": \"ack\", \"incident\": \"" ID
	     "\", \"reason\": \"a\\nb\"}",
		"control character"},
	};
	struct operation o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(parse(rows[i].line, &o), -1);
		assert_int_equal(e.code, EX_USAGE);
		if (strstr(e.text, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].line, e.text);
	}
}

static void
a_reply_comes_back_and_nonsense_does_not(void **state)
{
	static const char *const bad[] = {"", "{}", "{\"code\": 0}",
	    "{\"code\": 256, \"text\": \"\"}",
	    "{\"code\": \"0\", \"text\": \"\"}", "7"};
	struct err reply, back;
	char *line;

	(void)state;
	err_set(&reply, EX_NOINPUT, "there is none");
	line = operation_format_reply(&reply);
	assert_non_null(line);
	assert_int_equal(
	    operation_parse_reply(line, strlen(line), &back, &e), 0);
	assert_int_equal(back.code, EX_NOINPUT);
	assert_string_equal(back.text, "there is none");
	free(line);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(
		    operation_parse_reply(bad[i], strlen(bad[i]), &back, &e),
		    -1);
}

static void
only_whole_characters_fit(void **state)
{
	static const struct {
		const char *text;
		size_t max, fit;
	} rows[] = {
	    {"abc", 2, 2},
	    {"abc", 9, 3},
	    {"\303\266x", 1, 0},
	    {"\303\266x", 2, 2},
	    {"a\342\202\254", 3, 1},
	    {"a\342\202\254", 4, 4},
	    {"\360\237\220\235", 4, 4},
	    {"a\377b", 9, 1},
	    {"a\303", 9, 1},
	    {"\300\200", 9, 0},
	    {"\355\240\200", 9, 0},
	    {"\364\220\200\200", 9, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(
		    utf8_fit(rows[i].text, rows[i].max), rows[i].fit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_operation_comes_back_exactly),
	    cmocka_unit_test(the_longest_operation_fits_a_line),
	    cmocka_unit_test(nonsense_is_refused_in_a_sentence),
	    cmocka_unit_test(a_reply_comes_back_and_nonsense_does_not),
	    cmocka_unit_test(only_whole_characters_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
