/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/output.h"
#include "aggregator/format/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
output_color(const struct options *o)
{
	const char *no = getenv("NO_COLOR"); /* no-color.org */

	return !o->no_color && (no == NULL || *no == '\0') &&
	       isatty(STDOUT_FILENO);
}

bool
output_is_table(const struct options *o)
{
	return strcmp(format_name(o->format), "table") == 0;
}

int
output_open(struct output *out, const struct options *o,
    const struct layout *layout, struct err *e)
{
	*out = (struct output){0};
	if (o->count)
		return 0;
	out->printer =
	    printer_new(o->format, stdout, layout, output_color(o), e);
	return out->printer == NULL ? -1 : 0;
}

int
output_row(struct output *out, const struct cell *cell, struct err *e)
{
	out->rows++;
	return out->printer == NULL ? 0 : printer_row(out->printer, cell, e);
}

int
output_finish(struct output *out, struct err *e)
{
	if (out->printer != NULL)
		return printer_flush(out->printer, e);
	printf("%" PRIu64 "\n", out->rows);
	return 0;
}

void
output_close(struct output *out)
{
	printer_free(out->printer);
	out->printer = NULL;
}

__attribute__((format(printf, 3, 0))) static void
write_line(FILE *to, const char *head, const char *fmt, va_list ap)
{
	char raw[FORMAT_TEXT_MAX], text[FORMAT_TEXT_MAX];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	text_clean(raw, true, text, sizeof(text));
	fprintf(to, "%s%s\n", head, text);
}

void
output_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(stdout, "", fmt, ap);
	va_end(ap);
}

void
remark(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(stderr, "synhive: ", fmt, ap);
	va_end(ap);
}
