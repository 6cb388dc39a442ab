/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/href.h"
#include "aggregator/graph/plot_internal.h"
#include "aggregator/graph/quote.h"

#include <inttypes.h>
#include <string.h>

#define LINE_MAX_BYTES 8192
#define POINT "<use xlink:href='#gpPt6' transform='translate("
#define VALUE_TEXT 64

static void
value_text(const struct axes *x, size_t axis, uint64_t value,
    char out[static VALUE_TEXT])
{
	if (axes_is_address(x, axis) && value > 0 && value <= x->ranks.n)
		addr_format(&x->ranks.addr[value - 1], out);
	else
		snprintf(out, VALUE_TEXT, "%" PRIu64, value);
}

/* The filter of its records: what has no words in filters is left out. */
static void
point_filter(
    const struct axes *x, const struct plot_point *p, char *out, size_t size)
{
	char value[VALUE_TEXT];
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < x->n; i++) {
		if (axes_filter(x, i) == NULL)
			continue;
		value_text(x, i, p->key.at[i], value);
		at += (size_t)snprintf(out + at, size - at, "%s%s %s",
		    at == 0 ? "" : " and ", axes_filter(x, i), value);
	}
}

static void
open_point(FILE *to, const struct axes *x, const struct plot_point *p,
    const char *filter, const char *url)
{
	char own[256], both[HREF_FILTER_MAX], href[HREF_MAX];
	char value[VALUE_TEXT];

	point_filter(x, p, own, sizeof(own));
	href_make(url, "%s", href_filter(filter, own, both), href);
	fputs("<a xlink:href=\"", to);
	quote_xml(to, href);
	fputs("\"><title>", to);
	for (size_t i = 0; i < x->n; i++) {
		value_text(x, i, p->key.at[i], value);
		fprintf(
		    to, "%s%s %s", i == 0 ? "" : ", ", axes_name(x, i), value);
	}
	fprintf(to, ": %" PRIu64 " record%s</title>", p->records,
	    p->records == 1 ? "" : "s");
}

/* Does gnuplot draw each point, in order?  Then they can be told apart. */
static bool
has_all(FILE *from, size_t n)
{
	char line[LINE_MAX_BYTES];
	size_t found = 0;

	rewind(from);
	while (fgets(line, sizeof(line), from) != NULL)
		found += strstr(line, POINT) != NULL;
	rewind(from);
	return found == n;
}

void
plot_link(FILE *from, FILE *to, const struct plot *p, const struct axes *x,
    const char *filter, const char *url)
{
	bool linked = has_all(from, p->n);
	char line[LINE_MAX_BYTES];
	size_t i = 0;

	while (fgets(line, sizeof(line), from) != NULL) {
		char *at = linked ? strstr(line, POINT) : NULL;
		char *end = at == NULL ? NULL : strstr(at, "/>");

		if (end == NULL) {
			fputs(line, to);
			continue;
		}
		fprintf(to, "%.*s", (int)(at - line), line);
		open_point(to, x, &p->point[i++], filter, url);
		fprintf(to, "%.*s/></a>%s", (int)(end - at), at, end + 2);
	}
}
