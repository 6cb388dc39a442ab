/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of a case; what was read is written so that it reads the same. */
#include "aggregator/cli/dossier.h"
#include "common/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct dossier *d)
{
	struct err e = {0};
	json_t *once = dossier_to_json(d, &e), *twice;
	struct dossier *again;
	char *text = dossier_filter(d, d->n);

	if (once == NULL || text == NULL)
		abort();
	again = dossier_from_json(once, &e);
	if (again == NULL)
		abort();
	twice = dossier_to_json(again, &e);
	if (!json_equal(once, twice))
		abort();
	json_decref(once);
	json_decref(twice);
	dossier_free(again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = {0};
	struct dossier *d;
	json_error_t why;
	json_t *root =
	    json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &why);

	if (root == NULL)
		return 0;
	d = dossier_from_json(root, &e);
	if (d != NULL)
		check(d);
	else if (e.code == 0 || e.text[0] == '\0')
		abort();
	dossier_free(d);
	json_decref(root);
	return 0;
}
