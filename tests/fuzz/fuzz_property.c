/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A property file, and what its rules say of a few rows: an end in bounded
 * time, and a reason for each refusal. */
#include "aggregator/graph/property.h"
#include "common/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct property_row rows[] = {
    {{"11.11.79.67", "81.196.20.134", "22"}, {7, 1, 3}},
    {{"2001:db8::1", "other servers", "53/udp"}, {1, 2, 3}},
    {{"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	 "\x1b["},
	{0, UINT64_MAX, 1}},
};

/* Whatever a rule says fits. */
static void
check(bool said, const char *text)
{
	if (said && memchr(text, '\0', PROPERTY_TEXT_MAX) == NULL)
		abort();
}

static void
ask(const struct properties *p, const struct property_row *row)
{
	char out[FIELDS][PROPERTY_TEXT_MAX];
	unsigned int changed = property_cluster(p, row, out);

	for (unsigned int k = 0; k < FIELDS; k++)
		check(changed >> k & 1, out[k]);
	for (unsigned int l = 0; l < LISTS; l++)
		for (unsigned int part = 0; part < PARTS; part++)
			check(property_value(p, l, part, row, out[0]), out[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = {0};
	struct properties *p =
	    properties_parse("file", (const char *)data, size, &e);

	if (p == NULL) {
		if (e.text[0] == '\0' || e.code == 0)
			abort();
		return 0;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ask(p, &rows[i]);
	properties_free(p);
	return 0;
}
