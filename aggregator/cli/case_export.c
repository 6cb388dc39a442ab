/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/case_show.h"
#include "aggregator/cli/filter_join.h"
#include "aggregator/cli/output.h"
#include "aggregator/format/format.h"
#include "aggregator/format/text.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* A word of the shell, whatever is in it. */
static void
print_quoted(const char *s)
{
	putchar('\'');
	for (; *s != '\0'; s++)
		if (*s == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*s);
	putchar('\'');
}

/* One line, whatever is in it. */
static void
print_comment(const char *what, const char *text)
{
	char clean[3 * DOSSIER_REASON_MAX];

	text_clean(text, false, clean, sizeof(clean));
	printf("# %s%s%s\n", what, *clean == '\0' ? "" : ": ", clean);
}

static int
print_step(const struct dossier *d, size_t i, struct err *e)
{
	const struct dossier_step *s = &d->step[i];
	char head[DOSSIER_NAME_MAX + DOSSIER_USER_MAX + TIME_TEXT_MAX + 40];
	char when[TIME_TEXT_MAX];
	char *text =
	    filter_join(&(struct filter_part){s->filter, s->exclude}, 1);

	if (text == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	snprintf(head, sizeof(head), "%zu. %s %s (%s, %s)", i + 1,
	    s->exclude ? "exclude" : "filter", s->name, s->user,
	    time_format(s->time_ns, when));
	putchar('\n');
	print_comment(head, s->reason);
	/* What is joined to nothing is everything. */
	if (*text != '\0') {
		fputs("filter=\"${filter:+$filter and }\"", stdout);
		print_quoted(text);
		puts("\nsynhive records --count \"$@\" \"$filter\" >&2");
	}
	free(text);
	return 0;
}

static int
print_script(const struct dossier *d, const char *name, struct err *e)
{
	char head[DOSSIER_NAME_MAX + DOSSIER_USER_MAX + TIME_TEXT_MAX + 40];
	char when[TIME_TEXT_MAX];

	snprintf(head, sizeof(head), "case %s (%s, %s)", name, d->user,
	    time_format(d->time_ns, when));
	puts("#!/bin/sh");
	print_comment(head, d->reason);
	puts("# Arguments: --store DIR, -c FILE, --since TIME and the like.\n"
	     "set -eu\n"
	     "filter=");
	for (size_t i = 0; i < d->n; i++)
		if (print_step(d, i, e) == -1)
			return -1;
	puts("\nsynhive records \"$@\" \"$filter\"");
	return 0;
}

static int
print_json(const struct dossier *d, struct err *e)
{
	json_t *root = dossier_to_json(d, e);

	if (root == NULL)
		return -1;
	if (json_dumpf(root, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) == 0)
		putchar('\n');
	json_decref(root);
	return 0;
}

int
case_export(const struct dossier *d, const char *name, const struct options *o,
    struct err *e)
{
	if (output_is_table(o))
		return print_script(d, name, e);
	if (strcmp(format_name(o->format), "json") == 0)
		return print_json(d, e);
	return err_set(e, EX_USAGE,
	    "export: a shell script, or with -o json the case as it is kept");
}
