/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/ports.h"

#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define PORT_MAX 65535
#define SEPARATORS ", \t\r\n"

void
ports_add(struct ports *p, uint16_t first, uint16_t last)
{
	for (uint32_t port = first; port <= last; port++)
		p->bit[port / 64] |= UINT64_C(1) << (port % 64);
}

/* A number of at most five digits; moves '*text'.  Returns it, or -1. */
static long
parse_number(const char **text)
{
	size_t digits = strspn(*text, "0123456789");
	long n;

	if (digits == 0 || digits > 5)
		return -1;
	n = strtol(*text, NULL, 10);
	*text += digits;
	return n <= PORT_MAX ? n : -1;
}

int
port_range_parse(const char *word, size_t len, uint16_t *first, uint16_t *last)
{
	const char *end = word + len;
	long low = parse_number(&word), high = low;

	if (low == -1)
		return -1;
	if (word < end && *word == '-') {
		word++;
		high = parse_number(&word);
	}
	if (word != end || high < low)
		return -1;
	*first = (uint16_t)low;
	*last = (uint16_t)high;
	return 0;
}

int
ports_parse(const char *text, struct ports *out, struct err *e)
{
	uint16_t first, last;

	*out = (struct ports){0};
	for (text += strspn(text, SEPARATORS); *text != '\0';
	     text += strspn(text, SEPARATORS)) {
		size_t len = strcspn(text, SEPARATORS);

		if (port_range_parse(text, len, &first, &last) == -1)
			return err_set(e, EX_CONFIG,
			    "'%.*s' is neither a port (0 to 65535) nor a range "
			    "like 6660-6669",
			    len < 40 ? (int)len : 40, text);
		ports_add(out, first, last);
		text += len;
	}
	return 0;
}
