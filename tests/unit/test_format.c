/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/format.h"
#include "aggregator/format/text.h"
#include "common/err.h"

#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

static const struct column columns[] = {
    {"name", COLUMN_BOTH, 0},
    {"n", COLUMN_BOTH | COLUMN_RIGHT, 4},
    {"secret", COLUMN_CSV, 0},
    {"note", COLUMN_BOTH, 0},
};
static const struct layout layout = {.column = columns, .n = 4};

/* One row of 'name' and a number in 'format'; what was written. */
static const char *
written(const char *format, const char *name, char *out, size_t size)
{
	struct cell row[] = {
	    cell_text(name), cell_uint(7), cell_null(), cell_null()};
	FILE *to = fmemopen(out, size, "w");
	struct printer *p =
	    printer_new(format_find(format), to, &layout, false, NULL);

	assert_non_null(p);
	assert_int_equal(printer_row(p, row, NULL), 0);
	assert_int_equal(printer_flush(p, NULL), 0);
	printer_free(p);
	fclose(to);
	return out;
}

static void
a_table_aligns_columns_and_shows_unknown_as_a_dash(void **state)
{
	char out[256];

	(void)state;
	assert_string_equal(written("table", "combo", out, sizeof(out)),
	    "NAME      N  NOTE\n"
	    "combo     7  -\n");
}

static void
a_wide_character_takes_two_columns(void **state)
{
	char out[256];

	(void)state;
	assert_string_equal(
	    written("table", "\xe8\x9c\x9c\xe8\x9c\x82", out, sizeof(out)),
	    "NAME     N  NOTE\n"
	    "\xe8\x9c\x9c\xe8\x9c\x82     7  -\n");
}

static void
csv_has_a_header_and_crlf(void **state)
{
	char out[256];

	(void)state;
	assert_string_equal(written("csv", "combo", out, sizeof(out)),
	    "name,n,secret,note\r\ncombo,7,,\r\n");
}

static void
json_is_one_object_a_line_with_null_for_unknown(void **state)
{
	char out[256];

	(void)state;
	assert_string_equal(written("json", "combo", out, sizeof(out)),
	    "{\"name\":\"combo\",\"n\":7,\"secret\":null,\"note\":null}\n");
}

/* Strings of an intruder, and what each format must make of them. */
static const struct {
	const char *sentence, *name, *table, *csv, *json;
} hostile[] = {
    {"ESC clears no screen", "a\033[2Jb", "a?[2Jb", "a?[2Jb", "a\\u001B[2Jb"},
    {"CSI as one character",
	"a\xc2\x9b"
	"2J",
	"a?2J", "a?2J", "a\\u009B2J"},
    {"a line's end begins no new row", "a\r\nb", "a??b", "a??b", "a\\r\\nb"},
    {"DEL", "a\177b", "a?b", "a?b", "a\177b"},
    {"right-to-left override",
	"a\xe2\x80\xae"
	"b",
	"a?b", "a?b", "a\\u202Eb"},
    {"bytes that are no UTF-8", "a\xff\xc0\xaf", "a???", "a???",
	"a\\uFFFD\\uFFFD\\uFFFD"},
    {"a sequence cut off", "a\xe2\x82", "a??", "a??", "a\\uFFFD\\uFFFD"},
    {"a surrogate", "\xed\xa0\x80", "???", "???", "\\uFFFD\\uFFFD\\uFFFD"},
    {"a formula", "=cmd|'/C calc'!A0", "=cmd|'/C calc'!A0",
	"'=cmd|'/C calc'!A0", "=cmd|'/C calc'!A0"},
    {"a formula behind blanks", "  +1", "  +1", "'  +1", "  +1"},
    {"a formula with an at sign", "@SUM(A1)", "@SUM(A1)", "'@SUM(A1)",
	"@SUM(A1)"},
    {"a quote and a comma", "a\"b,c", "a\"b,c", "\"a\"\"b,c\"", "a\\\"b,c"},
};

static void
hostile_text_does_no_harm_in_any_format(void **state)
{
	char out[512], want[512];

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		print_message("%s\n", hostile[i].sentence);
		written("table", hostile[i].name, out, sizeof(out));
		assert_non_null(strstr(out, hostile[i].table));
		assert_null(strpbrk(out, "\033\177\r"));
		written("csv", hostile[i].name, out, sizeof(out));
		snprintf(
		    want, sizeof(want), "note\r\n%s,7,,\r\n", hostile[i].csv);
		assert_non_null(strstr(out, want));
		written("json", hostile[i].name, out, sizeof(out));
		snprintf(
		    want, sizeof(want), "{\"name\":\"%s\",", hostile[i].json);
		assert_int_equal(strncmp(out, want, strlen(want)), 0);
	}
}

static void
text_of_any_length_is_cut_between_characters(void **state)
{
	char out[6];

	(void)state;
	assert_int_equal(
	    text_clean("ab\xe2\x82\xac\xe2\x82\xac", true, out, 6), 3);
	assert_string_equal(out, "ab\xe2\x82\xac");
	text_utf8("abcde\xff", out, sizeof(out));
	assert_string_equal(out, "abcde");
}

static void
a_locale_without_utf8_gets_ascii(void **state)
{
	char out[16];

	(void)state;
	setlocale(LC_CTYPE, "C");
	assert_int_equal(text_clean("p\xc3\xb6t", true, out, 16), 3);
	assert_string_equal(out, "p?t");
	text_clean("p\xc3\xb6t", false, out, 16);
	assert_string_equal(out, "p\xc3\xb6t");
	setlocale(LC_CTYPE, "C.UTF-8");
}

static void
print_typed_cells(FILE *to, const char *format)
{
	static const struct column types[] = {
	    {"time", COLUMN_BOTH, 0},
	    {"addr", COLUMN_BOTH, 0},
	    {"names", COLUMN_BOTH, 0},
	    {"port", COLUMN_BOTH, 0},
	    {"yes", COLUMN_BOTH, 0},
	    {"clock", COLUMN_BOTH, 0},
	    {"rows", COLUMN_BOTH, 0},
	};
	static const struct layout typed = {.column = types, .n = 7};
	static const struct layout inner = {.column = types + 3, .n = 1};
	struct cell in[] = {cell_port(22), cell_port(0)};
	struct names names = {.n = 0};
	struct addr a;
	struct cell row[7];
	struct printer *p =
	    printer_new(format_find(format), to, &typed, false, NULL);

	names_add(&names, "gw");
	names_add(&names, "pot1");
	addr_parse("11.11.79.67", &a);
	row[0] = cell_time(INT64_C(1109444452123000000));
	row[1] = cell_addr(&a);
	row[2] = cell_names(&names);
	row[3] = cell_port(6667);
	row[4] = cell_bool(true);
	row[5] = cell_real(-0.25);
	row[6] = cell_rows(&inner, in, 2);
	assert_int_equal(printer_row(p, row, NULL), 0);
	assert_int_equal(printer_flush(p, NULL), 0);
	printer_free(p);
}

static void
each_type_of_cell_has_its_form(void **state)
{
	char out[512];
	FILE *to = fmemopen(out, sizeof(out), "w");

	(void)state;
	print_typed_cells(to, "json");
	fclose(to);
	assert_string_equal(out,
	    "{\"time\":\"2005-02-26T19:00:52.123Z\",\"addr\":\"11.11.79.67\","
	    "\"names\":[\"gw\",\"pot1\"],\"port\":6667,\"yes\":true,"
	    "\"clock\":-0.25,\"rows\":[{\"port\":22},{\"port\":null}]}\n");
	to = fmemopen(out, sizeof(out), "w");
	print_typed_cells(to, "csv");
	fclose(to);
	assert_string_equal(out,
	    "time,addr,names,port,yes,clock,rows\r\n"
	    "2005-02-26T19:00:52.123Z,11.11.79.67,gw pot1,6667,yes,-0.25,\r\n");
}

static void
no_row_still_has_a_header(void **state)
{
	char out[256] = "";
	FILE *to = fmemopen(out, sizeof(out), "w");
	struct printer *p =
	    printer_new(format_find("table"), to, &layout, false, NULL);

	(void)state;
	assert_int_equal(printer_flush(p, NULL), 0);
	printer_free(p);
	fclose(to);
	assert_string_equal(out, "NAME     N  NOTE\n");
}

static void
rows_past_the_look_ahead_are_written_as_they_come(void **state)
{
	enum {
		ROWS = 1000
	};
	size_t size = ROWS * 64, lines = 0;
	char *out = calloc(1, size);
	FILE *to = fmemopen(out, size, "w");
	struct printer *p =
	    printer_new(format_find("table"), to, &layout, false, NULL);
	struct cell row[] = {
	    cell_text("combo"), cell_uint(1), cell_null(), cell_null()};

	(void)state;
	for (int i = 0; i < ROWS; i++)
		assert_int_equal(printer_row(p, row, NULL), 0);
	fflush(to);
	for (const char *s = out; (s = strchr(s, '\n')) != NULL; s++)
		lines++;
	assert_int_equal(lines, 1 + ROWS);
	printer_free(p);
	fclose(to);
	free(out);
}

static void
a_full_disk_is_an_error_with_a_sentence(void **state)
{
	FILE *to = fopen("/dev/full", "w");
	struct printer *p =
	    printer_new(format_find("json"), to, &layout, false, NULL);
	struct cell row[] = {
	    cell_text("combo"), cell_uint(1), cell_null(), cell_null()};
	struct err e = {0};

	(void)state;
	assert_int_equal(printer_row(p, row, &e), 0);
	assert_int_equal(printer_flush(p, &e), -1);
	assert_int_equal(e.code, EX_IOERR);
	assert_non_null(strstr(e.text, "No space left"));
	printer_free(p);
	fclose(to);
}

static void
a_reader_that_went_away_is_no_error_worth_a_word(void **state)
{
	int fd[2];
	struct printer *p;
	struct err e = {.code = EX_IOERR};
	FILE *to;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	to = fdopen(fd[1], "w");
	p = printer_new(format_find("csv"), to, &layout, false, NULL);
	assert_int_equal(printer_flush(p, &e), -1);
	assert_int_equal(e.code, EX_OK);
	assert_string_equal(e.text, "");
	printer_free(p);
	fclose(to);
}

static void
there_is_no_other_format(void **state)
{
	(void)state;
	assert_null(format_find("xml"));
	assert_null(format_find(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_table_aligns_columns_and_shows_unknown_as_a_dash),
	    cmocka_unit_test(a_wide_character_takes_two_columns),
	    cmocka_unit_test(csv_has_a_header_and_crlf),
	    cmocka_unit_test(json_is_one_object_a_line_with_null_for_unknown),
	    cmocka_unit_test(hostile_text_does_no_harm_in_any_format),
	    cmocka_unit_test(text_of_any_length_is_cut_between_characters),
	    cmocka_unit_test(a_locale_without_utf8_gets_ascii),
	    cmocka_unit_test(each_type_of_cell_has_its_form),
	    cmocka_unit_test(no_row_still_has_a_header),
	    cmocka_unit_test(rows_past_the_look_ahead_are_written_as_they_come),
	    cmocka_unit_test(a_full_disk_is_an_error_with_a_sentence),
	    cmocka_unit_test(a_reader_that_went_away_is_no_error_worth_a_word),
	    cmocka_unit_test(there_is_no_other_format),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
