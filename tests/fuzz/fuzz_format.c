/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text of an intruder in every format: no byte that moves a terminal may come
 * out, a row stays a line, and JSON stays JSON.
 */
#include "aggregator/format/format.h"
#include "common/err.h"

#include <jansson.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 2048 /* more than FORMAT_TEXT_MAX */
#define OUT_MAX (16 * TEXT_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
print(const char *format, const char *text, char *out)
{
	static const struct column columns[] = {
	    {"name", COLUMN_BOTH, 0},
	    {"id", COLUMN_BOTH | COLUMN_ID, 0},
	    {"note", COLUMN_BOTH | COLUMN_RIGHT, 8},
	};
	static const struct layout layout = {.column = columns, .n = 3};
	struct cell row[] = {cell_text(text), cell_name(text), cell_uint(1)};
	FILE *to = fmemopen(out, OUT_MAX, "w");
	struct printer *p =
	    printer_new(format_find(format), to, &layout, true, NULL);

	if (to == NULL || p == NULL || printer_row(p, row, NULL) == -1 ||
	    printer_flush(p, NULL) == -1)
		abort();
	printer_free(p);
	fclose(to);
}

/* Two lines, and nothing else below the blank. */
static void
check_lines(const char *out)
{
	size_t lines = 0;

	for (const char *s = out; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		lines += c == '\n';
		if ((c < ' ' && c != '\n' && c != '\r') || c == 0x7f)
			abort();
	}
	if (lines != 2)
		abort();
}

static void
check_json(const char *out)
{
	json_t *o = json_loads(out, 0, NULL);

	if (o == NULL || !json_is_string(json_object_get(o, "name")))
		abort();
	json_decref(o);
	for (const char *s = out; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char out[OUT_MAX];
	char text[TEXT_MAX];

	if (size >= sizeof(text))
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	setlocale(LC_CTYPE, "C.UTF-8");
	print("table", text, out);
	check_lines(out);
	print("csv", text, out);
	check_lines(out);
	print("json", text, out);
	check_json(out);
	return 0;
}
