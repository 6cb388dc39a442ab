/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/property.h"
#include "common/err.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct property_row row = {
    .field = {"11.11.79.67", "81.196.20.134", "22"}, .count = {7, 1, 3}};

/* What a file with one line says of a part of 'row'; "-": nothing. */
static const char *
value_of(const char *line, enum property_list l, enum property_part part,
    char out[static PROPERTY_TEXT_MAX])
{
	struct err e = {0};
	struct properties *p = properties_parse("f", line, strlen(line), &e);

	if (p == NULL)
		fail_msg("%s: %s", line, e.text);
	if (!property_value(p, l, part, &row, out))
		strcpy(out, "-");
	properties_free(p);
	return out;
}

static void
a_value_is_what_the_line_says(void **state)
{
	static const struct {
		const char *line, *value;
	} cases[] = {
	    {"label.source=\"yellow\"", "yellow"},
	    {"label.source=yellow;", "yellow"},
	    {"label.source = 'a b' # why", "a b"},
	    {"label.source=12.5", "12.5"},
	    {"label.source=$fields[0]", "11.11.79.67"},
	    {"label.source=$fields[2].\"/tcp\"", "22/tcp"},
	    {"label.source=field()", "11.11.79.67"},
	    {"label.source=$sourceCount{$sourceName}", "7"},
	    {"label.source=$targetCount{$targetName}", "3"},
	    {"label.source=regex_replace(\"(\\\\d+\\\\.\\\\d+)\").\"/16\"",
		"11.11/16"},
	    {"label.source=regex_replace(\"no(thing)\")", "-"},
	    {"label.source=\"\\$a \\\"b\\\"\"", "$a \"b\""},
	    {"label.source=get_severity(0)", "#60BB22"},
	    {"label.source=get_severity(99)", "#CC0000"},
	    {"label.source=get_severity(5,20)", "#7B8C19"},
	    {"label.source=0", "0"},
	    {"label.source=", ""},
	    {"color.source=#22222270", "-"},
	    {"exit\nlabel.source=a", "-"},
	    {"label.source=a if (0)\nlabel.source=b\nlabel.source=c", "b"},
	    {"# label.source=a\n\n \t\nlabel=b\r\n", "b"},
	};
	char out[PROPERTY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
		    value_of(cases[i].line, LIST_LABEL, PART_SOURCE, out),
		    cases[i].value);
	assert_string_equal(
	    value_of("color.edge=#22222270", LIST_COLOR, PART_EDGE, out),
	    "#22222270");
}

static void
a_condition_holds_as_in_perl(void **state)
{
	static const struct {
		const char *condition;
		bool holds;
	} cases[] = {
	    {"($fields[0]=~/^11\\.11\\..*/)", true},
	    {"($fields[0]=~/^10\\..*/)", false},
	    {"($fields[0]!~/^10\\..*/)", true},
	    {"$fields[1] =~ /^\\d{2}\\.\\d{1,3}\\.20\\.[\\d]+$/", true},
	    {"$fields[0] =~ /A/i", false},
	    {"($fields[2]<1024)", true},
	    {"$fields[2] >= 22.5", false},
	    {"$fields[2] == 22", true},
	    {"$fields[2] != 22", false},
	    {"$fields[2] eq \"22\"", true},
	    {"$fields[2] ne '22'", false},
	    {"$fields[2] lt \"3\"", true},
	    {"match(\"^11\")", true},
	    {"match(\"134$\")", false},
	    {"any_regex(\"134$\")", true},
	    {"subnet($fields[0],\"11.11.0.0/16\")", true},
	    {"subnet($fields[1],\"11.11.0.0/16\")", false},
	    {"subnet($fields[2],\"0.0.0.0/0\")", false},
	    {"!match(\"^11\")", false},
	    {"! (1 && 0)", true},
	    {"1 || 0 && 0", true},
	    {"(1 || 0) && 0", false},
	    {"1 and not", true},
	    {"$sourceCount{$sourceName} > 6", true},
	    {"$eventCount{$eventName} > 6", false},
	    {"\"0\"", false},
	    {"\"\"", false},
	    {"\"0.0\"", true},
	    {"field() eq '11.11.79.67'", true},
	};
	char line[256], out[PROPERTY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(line, sizeof(line), "label.source=yes if %s",
		    cases[i].condition);
		value_of(line, LIST_LABEL, PART_SOURCE, out);
		if ((strcmp(out, "yes") == 0) != cases[i].holds)
			fail_msg("%s", line);
	}
}

static void
whatever_is_not_in_the_grammar_is_refused_with_line_and_word(void **state)
{
	static const struct {
		const char *text, *line, *word;
	} cases[] = {
	    {"color=red\nvariable=system(\"id\")", "f:2:", "variable"},
	    {"color=`id`", "f:1:", "`"},
	    {"\ncolor=\"red\" if (system(\"id\"))", "f:2:", "system"},
	    {"label=substr(field(),0,10)", "f:1:", "substr"},
	    {"label=\"$fields[0]\"", "f:1:", "$fields"},
	    {"label=\"@fields\"", "f:1:", "@fields"},
	    {"label=$ENV{HOME}", "f:1:", "$ENV"},
	    {"label=$fields[3]", "f:1:", "$fields"},
	    {"label=1 + 1", "f:1:", "'+'"},
	    {"label=\"a\" unless 1", "f:1:", "unless"},
	    {"label=\"a\" if (1", "f:1:", "')' is missing"},
	    {"label=\"a", "f:1:", "not closed"},
	    {"color=notacolor", "f:1:", "notacolor"},
	    {"color=red5", "f:1:", "red5"},
	    {"colour=red", "f:1:", "colour"},
	    {"gdf=1", "f:1:", "GDF"},
	    {"shape.source=star", "f:1:", "star"},
	    {"threshold=many", "f:1:", "many"},
	    {"sum.source=2", "f:1:", "'2'"},
	    {"url=javascript:alert(1)", "f:1:", "javascript"},
	    {"url=JavaScript:alert(1)", "f:1:", "JavaScript"},
	    {"url=\x01javascript:alert(1)", "f:1:", "http"},
	    {"label=a if match(\"(a)\\\\1\")", "f:1:", "\\1"},
	    {"label=a if match(\"(?=a)\")", "f:1:", "(?"},
	    {"label=a if match(\"a*?\")", "f:1:", "'?' behind '*'"},
	    {"label=a if match(\"((a{9}){9}){9}\")", "f:1:", "repetitions"},
	    {"label=a if match(\"[a\")", "f:1:", "'['"},
	    {"label=a if match(\"(a\")", "f:1:", "(a"},
	    {"label=a if subnet(field(),\"10\")", "f:1:", "network"},
	    {"nothing", "f:1:", "no '='"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err e = {0};

		assert_null(properties_parse(
		    "f", cases[i].text, strlen(cases[i].text), &e));
		assert_int_equal(e.code, EX_CONFIG);
		if (strncmp(e.text, cases[i].line, strlen(cases[i].line)) !=
			0 ||
		    strstr(e.text, cases[i].word) == NULL)
			fail_msg("%s: %s", cases[i].text, e.text);
	}
}

static void
nesting_and_size_are_limited(void **state)
{
	static char text[PROPERTY_FILE_MAX + 2];
	struct err e = {0};

	(void)state;
	strcpy(text, "color=red if ");
	memset(text + strlen(text), '(', 1000);
	assert_null(properties_parse("f", text, strlen(text), &e));
	assert_non_null(strstr(e.text, "nested too deeply"));
	memset(text, '\n', sizeof(text));
	assert_null(properties_parse("f", text, sizeof(text), &e));
	assert_null(properties_parse("f", "a\0b", 3, &e));
}

static void
a_cluster_of_all_comes_before_a_part_s_own(void **state)
{
	static const char text[] =
	    "cluster.source=\"x\".field() if (match(\"^net\"))\n"
	    "cluster=\"net\" if (subnet(field(),\"11.0.0.0/8\"))\n";
	char out[FIELDS][PROPERTY_TEXT_MAX];
	struct properties *p = properties_parse("f", text, strlen(text), NULL);

	(void)state;
	assert_non_null(p);
	assert_int_equal(property_cluster(p, &row, out), 1);
	assert_string_equal(out[0], "xnet");
	properties_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_value_is_what_the_line_says),
	    cmocka_unit_test(a_condition_holds_as_in_perl),
	    cmocka_unit_test(
		whatever_is_not_in_the_grammar_is_refused_with_line_and_word),
	    cmocka_unit_test(nesting_and_size_are_limited),
	    cmocka_unit_test(a_cluster_of_all_comes_before_a_part_s_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
