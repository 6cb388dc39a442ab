/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cli.h"
#include "aggregator/cli/coverage.h"
#include "aggregator/cli/files.h"
#include "aggregator/cli/keep.h"
#include "aggregator/cli/output.h"
#include "common/err.h"

#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

/* coverage's columns, and how much was new. */
#define IMPORT_COLUMNS (COVERAGE_COLUMNS + 2)

static int
copy_all(struct files *f, struct keep *k, struct err *e)
{
	const struct record *r;
	size_t file;

	while ((r = files_next(f, &file)) != NULL)
		if (keep_put(k, file, merge_sensor(f->merge, file), r, e) == -1)
			return -1;
	return keep_finish(k, e);
}

static void
say(struct files *f, const struct keep *k, const char *dir)
{
	for (size_t i = 0; i < merge_files(f->merge); i++) {
		struct keep_counts n = keep_counts(k, i);
		struct source_about a;

		merge_about(f->merge, i, &a);
		coverage_file(&a);
		if (n.added + n.known == 0)
			output_line("  nothing to add to %s", dir);
		else if (n.added == 0)
			output_line("  was imported into %s before: nothing "
				    "added",
			    dir);
		else if (n.known == 0)
			output_line("  %" PRIu64 " records into %s, as sensor "
				    "'%s'",
			    n.added, dir, a.sensor);
		else
			output_line("  %" PRIu64 " records into %s, as sensor "
				    "'%s'; %" PRIu64 " were there before",
			    n.added, dir, a.sensor, n.known);
	}
}

static int
print_rows(struct files *f, const struct keep *k, const struct options *o,
    struct err *e)
{
	struct column column[IMPORT_COLUMNS];
	const struct layout layout = {column, IMPORT_COLUMNS};
	struct output out;
	int rc;

	memcpy(
	    column, coverage_layout.column, COVERAGE_COLUMNS * sizeof(*column));
	column[COVERAGE_COLUMNS] = (struct column){"added", COLUMN_BOTH, 0};
	column[COVERAGE_COLUMNS + 1] = (struct column){"known", COLUMN_BOTH, 0};
	rc = output_open(&out, o, &layout, e);
	for (size_t i = 0; rc == 0 && i < merge_files(f->merge); i++) {
		struct cell cell[IMPORT_COLUMNS];
		struct source_about a;

		merge_about(f->merge, i, &a);
		coverage_row(cell, &a);
		cell[COVERAGE_COLUMNS] = cell_uint(keep_counts(k, i).added);
		cell[COVERAGE_COLUMNS + 1] = cell_uint(keep_counts(k, i).known);
		rc = output_row(&out, cell, e);
	}
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	return rc;
}

static int
import(const struct cli *c, struct files *f, struct err *e)
{
	struct keep *k = keep_open(c->opt.store, merge_files(f->merge), e);
	int rc;

	if (k == NULL)
		return -1;
	rc = copy_all(f, k, e);
	if (rc == 0 && output_is_table(&c->opt))
		say(f, k, c->opt.store);
	else if (rc == 0)
		rc = print_rows(f, k, &c->opt, e);
	keep_close(k);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	struct files f;
	int rc;

	if (c->opt.store == NULL)
		return err_set(
		    e, EX_USAGE, "where to? Say --store DIR, a new folder");
	rc = files_open(&f, c, e);
	if (rc == 0)
		rc = import(c, &f, e);
	files_close(&f);
	return rc;
}

const struct command command_import = {
    .name = "import",
    .args = "FILE...",
    .doc = "files into a store, for the other verbs",
    .help =
	"\n"
	"The format is found out: iptables or nftables LOG text (syslog,\n"
	"rsyslog, the journal, dmesg), pcap and pcapng, flow-print (3 and 5),\n"
	"nfdump CSV, Zeek's conn.log; plain, gzip or zstd; '-' is standard\n"
	"input.  The records appear as a sensor's that is called after the\n"
	"file.  Importing a file again adds nothing.\n\n"
	"Example:\n"
	"  synhive import --store /tmp/case7 /var/log/kern.log*\n",
    .options = OPTIONS_STORE | OPTIONS_FILES | OPTIONS_OUTPUT,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
