/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A filter file of flow-tools; what it becomes must be a filter. */
#include "common/err.h"
#include "common/filter.h"
#include "common/nfilter.h"
#include "common/site.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count(void *arg, const char *text)
{
	size_t *n = arg;

	*n += strlen(text);
}

/* Only its size may make the text no filter. */
static void
check(const char *text)
{
	struct site *site = site_new();
	struct err e = {0};
	struct filter *f;

	if (site == NULL)
		abort();
	f = filter_parse(text, site, &e);
	if (f == NULL && strstr(e.text, "more than") == NULL)
		abort();
	filter_free(f);
	site_free(site);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct nfilter_var var[] = {
	    {"ADDR", "1.2.3.4"}, {"PORT", "80"}};
	static const char *const names[] = {"d", "ip-addr", "default"};
	struct nfilter *f;
	struct err e = {0};
	size_t told = 0;

	f = nfilter_parse("fuzz", (const char *)data, size, var, 2, &e);
	if (f == NULL && (e.text[0] == '\0' || e.code == 0))
		abort();
	for (size_t i = 0; f != NULL && i < 3; i++) {
		char *text = nfilter_text(f, names[i], count, &told, &e);

		if (text != NULL)
			check(text);
		free(text);
	}
	nfilter_free(f);
	return 0;
}
