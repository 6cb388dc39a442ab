/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/href.h"
#include "aggregator/graph/quote.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BASE_MAX 300 /* a longer one is left out: links stay usable */

bool
href_is_harmless(const char *template)
{
	size_t scheme = strcspn(template, ":/?#");

	/* Browsers skip what is not visible at the beginning. */
	if ((unsigned char)template[0] <= ' ')
		return false;
	for (const char *s = template; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return template[scheme] != ':' ||
	       (scheme == 4 && strncasecmp(template, "http", 4) == 0) ||
	       (scheme == 5 && strncasecmp(template, "https", 5) == 0);
}

const char *
href_make(const char *template, const char *mark, const char *text,
    char out[static HREF_MAX])
{
	char encoded[HREF_MAX];
	size_t at = 0, len;

	out[0] = '\0';
	if (quote_url(text, encoded, sizeof(encoded)) == -1)
		return out;
	while (*template != '\0') {
		bool marked = strncmp(template, mark, strlen(mark)) == 0;
		const char *piece = marked ? encoded : template;

		len = marked ? strlen(encoded) : 1;
		if (at + len >= HREF_MAX) {
			out[0] = '\0';
			return out;
		}
		memcpy(out + at, piece, len);
		at += len;
		template += marked ? strlen(mark) : 1;
	}
	out[at] = '\0';
	return out;
}

const char *
href_filter(const char *base, const char *own, char out[static HREF_FILTER_MAX])
{
	if (base == NULL || strlen(base) > BASE_MAX)
		base = "";
	if (own == NULL)
		own = "";
	if (*base == '\0' || *own == '\0')
		snprintf(out, HREF_FILTER_MAX, "%s%s", base, own);
	else
		snprintf(out, HREF_FILTER_MAX, "(%s) and %s", base, own);
	return out;
}
