/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/color.h"
#include "aggregator/graph/href.h"
#include "aggregator/graph/quote.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

typedef void quote_fn(FILE *to, const char *s);

static void
check(quote_fn *quote, const char *text, const char *expected)
{
	char out[512];
	FILE *to = fmemopen(out, sizeof(out), "w");

	assert_non_null(to);
	quote(to, text);
	fclose(to);
	assert_string_equal(out, expected);
}

static void
nothing_ends_a_string_of_dot_but_its_end(void **state)
{
	(void)state;
	check(quote_dot, "a\"b", "\"a\\\"b\"");
	check(quote_dot, "a\\", "\"a\\\\\"");
	check(quote_dot, "\\N", "\"\\\\N\"");
	check(quote_dot, "a\nb", "\"a\\nb\"");
	check(quote_dot, "\x1b[2J\r\xff", "\"?[2J??\"");
	check(quote_dot, "<script>&lt;", "\"<script>&amp;lt;\"");
	check(quote_dot_left, "a\nb", "\"a\\lb\\l\"");
}

static void
xml_has_neither_tags_nor_control_characters(void **state)
{
	(void)state;
	check(quote_xml, "<script>alert('1')&\"",
	    "&lt;script&gt;alert(&#39;1&#39;)&amp;&quot;");
	check(quote_xml, "a\x1b\n\x01\xff", "a????");
	check(quote_xml,
	    "\xe2\x80\xae"
	    "abc",
	    "?abc");
}

static void
gnuplot_executes_nothing_in_single_quotes(void **state)
{
	(void)state;
	check(quote_gnuplot, "`id`", "'`id`'");
	check(quote_gnuplot, "a' . system('id') . '",
	    "'a'' . system(''id'') . '''");
	check(quote_gnuplot, "a\n!id", "'a?!id'");
	check(quote_gnuplot, "\\", "'\\'");
	check(quote_line, "=cmd()\n1, 2", "=cmd()?1, 2");
}

static void
links_lead_to_http_or_nowhere(void **state)
{
	char out[HREF_MAX], filter[HREF_FILTER_MAX];

	(void)state;
	assert_true(href_is_harmless("https://soc.example/?q=%s"));
	assert_true(href_is_harmless("HTTP://x/%s"));
	assert_true(href_is_harmless("/records?q=%s"));
	assert_true(href_is_harmless(HREF_USUAL));
	assert_false(href_is_harmless("javascript:alert(1)"));
	assert_false(href_is_harmless(" javascript:alert(1)"));
	assert_false(href_is_harmless("java\tscript:alert(1)"));
	assert_false(href_is_harmless("data:text/html,x"));
	assert_string_equal(
	    href_make("/?q=%s&r=%s", "%s", "host 1 \"<&\xc3\xa9", out),
	    "/?q=host%201%20%22%3C%26%C3%A9&r=host%201%20%22%3C%26%C3%A9");
	assert_string_equal(
	    href_filter("a or b", "c", filter), "(a or b) and c");
	assert_string_equal(href_filter(NULL, "c", filter), "c");
	assert_string_equal(href_filter("a", "", filter), "a");
}

static void
a_link_that_is_too_long_is_none(void **state)
{
	static char text[HREF_MAX];
	char out[HREF_MAX];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	assert_string_equal(href_make("#%s", "%s", text, out), "");
	memset(text, ' ', sizeof(text) - 1);
	assert_string_equal(href_make("#%s", "%s", text, out), "");
}

static void
colours_are_those_that_graphviz_knows(void **state)
{
	static const char *const good[] = {"red", "red4", "lightyellow4",
	    "gray0", "grey100", "#0072B2", "#22222270", "transparent",
	    "yellowgreen", "white"};
	static const char *const bad[] = {"", "reddish", "re", "red5", "red44",
	    "gray101", "gray001", "beige1", "#123", "#12345g", "white ",
	    "invisible", "Red", "#1234567"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!color_is_known(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (color_is_known(bad[i]))
			fail_msg("%s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_ends_a_string_of_dot_but_its_end),
	    cmocka_unit_test(xml_has_neither_tags_nor_control_characters),
	    cmocka_unit_test(gnuplot_executes_nothing_in_single_quotes),
	    cmocka_unit_test(links_lead_to_http_or_nowhere),
	    cmocka_unit_test(a_link_that_is_too_long_is_none),
	    cmocka_unit_test(colours_are_those_that_graphviz_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
