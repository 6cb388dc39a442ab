/* SPDX-License-Identifier: GPL-3.0-or-later */
/* synhive-filter(7) and the parser say the same. */
#include "common/filter_words.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

#include "tests/unit/filter_site.h"

#define PAGE "docs/man/synhive-filter.7"
#define BLOCK_MAX 8192
#define WORDS 200

/* The next literal block of a section; false when there is none.  'page'
 * stands where the last one ended. */
static bool
next_block(FILE *page, const char *section, char out[static BLOCK_MAX])
{
	char line[256], head[64];
	bool inside = ftell(page) > 0, literal = false;
	size_t len = 0;

	snprintf(head, sizeof(head), ".Sh %s\n", section);
	out[0] = '\0';
	while (fgets(line, sizeof(line), page) != NULL) {
		if (strncmp(line, ".Sh ", 4) == 0) {
			if (inside)
				return false;
			inside = strcmp(line, head) == 0;
		} else if (literal && strncmp(line, ".Ed", 3) == 0) {
			return true;
		} else if (literal) {
			len += (size_t)snprintf(
			    out + len, BLOCK_MAX - len, "%s", line);
			assert_true(len < BLOCK_MAX);
		} else if (inside && strncmp(line, ".Bd -literal", 12) == 0) {
			literal = true;
		}
	}
	return false;
}

static FILE *
open_page(void)
{
	FILE *f = fopen(PAGE, "r");

	if (f == NULL)
		fail_msg("%s: run from the top of the tree", PAGE);
	return f;
}

static void
every_example_of_the_page_is_understood(void **state)
{
	char text[BLOCK_MAX];
	FILE *page = open_page();
	struct err e;
	int n = 0;

	(void)state;
	for (; next_block(page, "EXAMPLES", text); n++) {
		struct filter *f = filter_parse(text, site, &e);

		if (f == NULL)
			fail_msg("%s: %s", text, e.text);
		filter_free(f);
	}
	fclose(page);
	assert_true(n >= 7);
}

static bool
is_among(char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(list[i], word) == 0)
			return true;
	return false;
}

/* What stands between quotes in the grammar; cuts 'text' up. */
static size_t
terminals(char *text, char *out[static WORDS])
{
	size_t n = 0;

	for (char *at = strchr(text, '"'), *end; at != NULL;
	     at = strchr(end + 1, '"')) {
		end = strchr(at + 1, '"');
		assert_non_null(end);
		*end = '\0';
		assert_true(n < WORDS);
		out[n++] = at + 1;
	}
	return n;
}

static void
the_grammar_s_words_are_the_parser_s(void **state)
{
	char text[BLOCK_MAX], *written[WORDS], *known[WORDS];
	FILE *page = open_page();
	size_t n_written, n_known = 0;

	(void)state;
	assert_true(next_block(page, "GRAMMAR", text));
	fclose(page);
	n_written = terminals(text, written);
	while (filter_word(n_known) != NULL) {
		assert_true(n_known < WORDS);
		known[n_known] = strdup(filter_word(n_known));
		n_known++;
	}
	assert_true(n_known > 60);
	for (size_t i = 0; i < n_known; i++)
		if (!is_among(written, n_written, known[i]))
			fail_msg("the grammar lacks '%s'", known[i]);
	for (size_t i = 0; i < n_written; i++)
		if (!is_among(known, n_known, written[i]))
			fail_msg("the parser does not know '%s'", written[i]);
	for (size_t i = 0; i < n_known; i++)
		free(known[i]);
}

/* Names on the left of "=" and those used on the right of it. */
static void
the_grammar_says_what_each_of_its_names_is(void **state)
{
	static const char *const outside[] = {"address", "name", "time",
	    "digits", "hex", "one", "list", "of", "X"};
	char text[BLOCK_MAX], *line, *rest;
	char *defined[WORDS], *used[WORDS];
	FILE *page = open_page();
	size_t n_defined = 0, n_used = 0;
	bool quoted = false;

	(void)state;
	assert_true(next_block(page, "GRAMMAR", text));
	fclose(page);
	for (char *c = text; *c != '\0'; c++) {
		quoted ^= *c == '"';
		if (quoted || (ispunct((unsigned char)*c) && *c != '='))
			*c = ' ';
	}
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *equals = strchr(line, '='), *more, *word;

		if (equals != NULL && *line != ' ') {
			*equals = ' ';
			defined[n_defined++] = strtok_r(line, " ", &more);
			word = strtok_r(NULL, " ", &more);
		} else {
			word = strtok_r(line, " ", &more);
		}
		for (; word != NULL; word = strtok_r(NULL, " ", &more))
			used[n_used++] = word;
		assert_true(n_defined < WORDS && n_used < WORDS - 20);
	}
	for (size_t i = 0; i < n_used; i++) {
		bool known = is_among(defined, n_defined, used[i]);

		for (size_t k = 0; k < sizeof(outside) / sizeof(*outside); k++)
			known |= strcmp(used[i], outside[k]) == 0;
		if (!known)
			fail_msg(
			    "the grammar does not say what %s is", used[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, free_site)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_example_of_the_page_is_understood),
	    TEST(the_grammar_s_words_are_the_parser_s),
	    TEST(the_grammar_says_what_each_of_its_names_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
