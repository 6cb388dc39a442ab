/* SPDX-License-Identifier: GPL-3.0-or-later */
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

struct error {
	const char *text, *says;
};

static void
check_errors(const struct error *row, size_t n)
{
	struct err e;

	for (size_t i = 0; i < n; i++) {
		struct filter *f = filter_parse(row[i].text, site, &e);

		if (f != NULL)
			fail_msg("%s was accepted", row[i].text);
		assert_int_equal(e.code, EX_USAGE);
		if (strstr(e.text, row[i].says) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", row[i].text,
			    e.text, row[i].says);
	}
}

static void
an_error_names_the_word_and_its_column(void **state)
{
	static const struct error rows[] = {
	    {"dst prot 22", "column 5: unknown word 'prot'; did you mean "
			    "'port'?"},
	    {"hots 1.2.3.4", "column 1: unknown word 'hots'; did you mean "
			     "'host'?"},
	    {"port 22 and xyzzy 5", "column 13: unknown word 'xyzzy'"},
	    {"sr port 5", "did you mean 'src'?"},
	    {"src flags syn", "column 5: 'flags' has no 'src'"},
	    {"src", "column 4: the filter ends where host, net, port or class "
		    "should be"},
	    {"port", "column 5: the filter ends where a port"},
	    {"port 22 and", "column 12: the filter ends where a term"},
	    {"not", "column 4: the filter ends"},
	    {"port 65536", "column 6: there should be a port"},
	    {"port [22", "column 9: the filter ends where ']'"},
	    {"port [22,", "column 10: the filter ends where"},
	    {"port [22,]", "column 10: there should be a port"},
	    {"port []", "column 7: there should be a port"},
	    {"port [22 or 23]", "column 10: there should be a port"},
	    {"(port 22", "column 9: the filter ends where ')'"},
	    {"port 22)", "column 8: there should be the end of the filter, "
			 "not ')'"},
	    {"()", "column 2: there should be a term, not ')'"},
	    {"or port 22", "column 1: there should be a term, not 'or'"},
	    {"host 10.0.0.0/8", "column 6: '10.0.0.0/8' is a network; write "
				"'net 10.0.0.0/8'"},
	    {"host foo", "column 6: there should be an address, not 'foo'"},
	    {"net 10.1.0.0/8", "did you mean 10.0.0.0/8?"},
	    {"net 10.0.0.0/40", "column 5: there should be a network"},
	    {"1.2.3.4", "column 1: write 'host 1.2.3.4'"},
	    {"src 10.0.0.0/8", "column 5: write 'src net 10.0.0.0/8'"},
	    {"class irk", "column 7: there is no class 'irk'; did you mean "
			  "'irc'?"},
	    {"direction outt", "did you mean 'out'?"},
	    {"direction in xx", "column 14: unknown word 'xx'"},
	    {"flags ack", "column 7: there should be syn, synack or rst, not "
			  "'ack'"},
	    {"proto 256", "column 7: there should be tcp"},
	    {"packets > many", "column 11: there should be a number such as "
			       "10, 1k or 2M, not 'many'"},
	    {"packets > -1", "column 11: there should be a number"},
	    {"packets > 18446744073709551616", "there should be a number"},
	    {"packets => 1", "column 10: there should be a number"},
	    {"expected by", "column 12: the filter ends where the name of an "
			    "expectation"},
	    {"expected by mirror", "column 13: nothing is expected by the name "
				   "'mirror'"},
	    {"dst expected", "column 5: 'expected' has no 'dst'"},
	    {"@", "column 2: the filter ends where the name of a filter"},
	    {"@ssh-oud", "column 2: there is no filter 'ssh-oud'; did you "
			 "mean 'ssh-out'?"},
	    {"prefix 'abc", "column 8: the quote is not closed: 'abc"},
	    {"port 22 \001", "column 9: no word has the byte 0x01"},
	    {"h\303\266st 1.2.3.4", "column 1: unknown word 'h'"},
	    {"port 22 & port 23", "unknown word '&'"},
	    {"@self", "column 2: in '@self': column 18: '@self' is used "
		      "inside '@self' itself"},
	    {"@chicken", "'@chicken' is used inside '@chicken' itself"},
	    {"port 1 and @broken", "column 13: in '@broken': column 13: "
				   "unknown word 'prot'"},
	};

	(void)state;
	check_errors(rows, sizeof(rows) / sizeof(*rows));
}

static void
an_error_in_a_number_says_how_it_is_written(void **state)
{
	static const struct error rows[] = {
	    {"packets > 1x", "such as 10, 1k or 2M, not '1x'"},
	    {"packets > 1KiB", "such as 10, 1k or 2M, not '1KiB'"},
	    {"packets > 20000000T", "such as 10, 1k or 2M"},
	    {"packets > 1-2", "column 11: there should be a number"},
	    {"packets 2-1", "column 9: there should be a number"},
	    {"packets > [1 2]", "column 11: there should be a number"},
	    {"packets in [1, x]", "column 16: there should be a number"},
	    {"packets in [1, 2", "column 17: the filter ends where ']'"},
	    {"octets > 1Mi", "such as 1500, 10k or 1MiB, not '1Mi'"},
	    {"ttl < 1k", "column 7: there should be a number, not '1k'"},
	    {"duration > 30", "column 12: there should be a duration such as "
			      "500ms, 30s"},
	    {"time > 2h", "column 8: there should be a time such as "
			  "2005-02-26T19:00:52Z or 2005-02-26, not '2h'"},
	    {"time > 2005-13-26", "column 8: there should be a time"},
	    {"outcome maybe", "column 9: there should be answered, refused"},
	    {"outcome answerd", "did you mean 'answered'?"},
	    {"net 1.2.3.9-1.2.3.4", "'1.2.3.9' is not before '1.2.3.4'"},
	    {"net 1.2.3.4-2001:db8::1", "is not before"},
	    {"net 1.2.3.4-x", "a range of addresses"},
	    {"dst time > 2005-01-01", "column 5: 'time' has no 'dst'"},
	};

	(void)state;
	check_errors(rows, sizeof(rows) / sizeof(*rows));
}

/* 'n' times 'part', then 'end'; to be freed. */
static char *
repeat(const char *part, size_t n, const char *end)
{
	size_t len = strlen(part);
	char *text = malloc(len * n + strlen(end) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, part, len);
	strcpy(text + n * len, end);
	return text;
}

static bool
accepted(char *text, struct err *e)
{
	struct filter *f = filter_parse(text, site, e);

	filter_free(f);
	free(text);
	return f != NULL;
}

/* "((...port 22...))", n deep. */
static char *
nested(size_t n)
{
	char *head = repeat("(", n, "port 22"), *tail = repeat(")", n, "");
	char *text = malloc(2 * n + 8);

	assert_non_null(text);
	sprintf(text, "%s%s", head, tail);
	free(head);
	free(tail);
	return text;
}

static void
parentheses_go_to_their_limit_and_no_deeper(void **state)
{
	struct err e;

	(void)state;
	assert_true(accepted(nested(FILTER_DEPTH_MAX), &e));
	assert_false(accepted(nested(FILTER_DEPTH_MAX + 1), &e));
	assert_non_null(strstr(e.text, "column 65: more than 64"));
	assert_false(accepted(nested(30000), &e));
}

static void
many_nots_are_no_depth(void **state)
{
	struct record r = syn();
	char *text = repeat("not ", 10001, "port 22");

	(void)state;
	check(text, &r, true);
	free(text);
}

static void
terms_go_to_their_limit_and_no_further(void **state)
{
	struct err e;

	(void)state;
	assert_true(accepted(repeat("port 22 ", FILTER_TERMS_MAX, ""), &e));
	assert_false(
	    accepted(repeat("port 22 ", FILTER_TERMS_MAX + 1, ""), &e));
	assert_non_null(strstr(e.text, "more than 4096 terms"));
	assert_false(
	    accepted(repeat("@nothing ", FILTER_TERMS_MAX + 1, ""), &e));
	assert_non_null(strstr(e.text, "more than 4096 terms"));
}

static void
text_goes_to_its_limit_and_no_further(void **state)
{
	struct err e;

	(void)state;
	assert_true(accepted(repeat(" ", FILTER_TEXT_MAX - 7, "port 22"), &e));
	assert_false(accepted(repeat(" ", FILTER_TEXT_MAX - 6, "port 22"), &e));
	assert_non_null(strstr(e.text, "longer than 65536 bytes"));
}

static void
named_filters_cannot_multiply_beyond_the_limits(void **state)
{
	char name[24], text[64];
	struct err e;

	(void)state;
	/* 2^30 terms, and 2^30 references without any. */
	name_filter("a0", "port 1");
	name_filter("b0", "");
	for (int i = 1; i <= 30; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		snprintf(text, sizeof(text), "@a%d or @a%d", i - 1, i - 1);
		name_filter(name, text);
		name[0] = 'b';
		snprintf(text, sizeof(text), "@b%d @b%d", i - 1, i - 1);
		name_filter(name, text);
	}
	assert_false(accepted(strdup("@a30"), &e));
	assert_non_null(strstr(e.text, "in '@a30'"));
	assert_false(accepted(strdup("@b30"), &e));
	assert_true(accepted(strdup("@a5"), &e));
}

static void
a_chain_of_names_is_as_deep_as_parentheses(void **state)
{
	char name[24], text[64];
	struct err e;

	(void)state;
	name_filter("c0", "port 1");
	for (int i = 1; i <= FILTER_DEPTH_MAX; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(text, sizeof(text), "@c%d", i - 1);
		name_filter(name, text);
	}
	assert_true(accepted(strdup("@c63"), &e));
	assert_false(accepted(strdup("@c64"), &e));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, free_site)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_error_names_the_word_and_its_column),
	    TEST(an_error_in_a_number_says_how_it_is_written),
	    TEST(parentheses_go_to_their_limit_and_no_deeper),
	    TEST(many_nots_are_no_depth),
	    TEST(terms_go_to_their_limit_and_no_further),
	    TEST(text_goes_to_its_limit_and_no_further),
	    TEST(named_filters_cannot_multiply_beyond_the_limits),
	    TEST(a_chain_of_names_is_as_deep_as_parentheses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
