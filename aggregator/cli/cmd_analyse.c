/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/cmd_analyse.h"
#include "aggregator/cli/analysis.h"
#include "aggregator/cli/analysis_site.h"
#include "aggregator/cli/coverage.h"
#include "aggregator/cli/explain.h"
#include "aggregator/cli/files.h"
#include "aggregator/cli/incident_report.h"
#include "aggregator/cli/incident_row.h"
#include "aggregator/cli/keep.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/site_file.h"
#include "aggregator/cli/typed.h"
#include "common/err.h"
#include "common/site.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* What one call has. */
struct answer {
	const struct options *opt;
	struct files files;
	struct analysis_site site;
	struct analysis analysis;
	struct explain *explain; /* NULL: nobody asked */
	struct keep *keep;	 /* NULL: nowhere */
};

/* --- as text --- */

static void
say_home(const struct answer *a)
{
	if (a->site.guessed && a->site.home[0] == '\0')
		output_line("Home could not be guessed: there are no records.");
	else if (a->site.guessed)
		output_line("Home is guessed: %s (%s); say it with --home NET.",
		    a->site.home, a->site.why);
}

static void
say_coverage(void *arg)
{
	const struct answer *a = arg;

	coverage_print(a->files.merge, &a->analysis.counts);
	if (a->explain != NULL || a->analysis.n == 0)
		return;
	output_line("%s", "");
	if (a->opt->store == NULL)
		output_line("Nothing was kept: for the commands below call "
			    "this one again with --store DIR, a new folder.");
	else
		output_line("What was read is kept in %s.", a->opt->store);
}

/* Nobody's end is home: most likely --home is wrong. */
static bool
is_elsewhere(const struct answer *a)
{
	const struct pipeline_counts *n = &a->analysis.counts;

	return n->connections > 0 && n->stray == n->connections && n->own == 0;
}

static const char *
nothing_found(const struct answer *a)
{
	if (a->analysis.counts.records == 0)
		return "Nothing can be said of any honeypot: not one TCP "
		       "connection is begun, answered or refused in it.";
	if (is_elsewhere(a))
		return "Nothing can be said of any honeypot: no connection "
		       "has an end in the home networks.";
	return "No honeypot did anything suspicious.";
}

static int
print_text(struct answer *a, struct err *e)
{
	size_t n = a->analysis.n;
	char buf[TYPED_MAX];
	const char *place =
	    a->opt->store == NULL ? " --store DIR" : typed_place(a->opt, buf);

	say_home(a);
	if (a->explain != NULL) {
		if (explain_print(
			a->explain, a->analysis.incident, n, a->opt, e) == -1)
			return -1;
		say_coverage(a);
		return 0;
	}
	if (n == 0) {
		output_line("%s", nothing_found(a));
		say_coverage(a);
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			output_line("%s", "");
		if (incident_report(&a->analysis.incident[i], NULL, place,
			i + 1 == n ? say_coverage : NULL, a, e) == -1)
			return -1;
	}
	return 0;
}

/* --- as rows --- */

#define MORE_COLUMNS 4
static const struct column more_columns[MORE_COLUMNS] = {
    {"home", COLUMN_CSV, 0},
    {"home_guessed", COLUMN_CSV, 0},
    {"coverage", 0, 0},
    {"missing", 0, 0},
};

/* What goes with every incident: room for what its cells point to. */
struct covered {
	struct source_about *about;
	struct cell *file;
	struct coverage_missing missing;
	struct cell text[COVERAGE_MISSING_MAX];
	struct cell cell[MORE_COLUMNS];
};

static int
cover(struct covered *c, const struct answer *a, struct err *e)
{
	struct merge *m = a->files.merge;
	size_t n = merge_files(m);

	c->about = calloc(n, sizeof(*c->about));
	c->file = calloc(n * COVERAGE_COLUMNS, sizeof(*c->file));
	if (c->about == NULL || c->file == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	for (size_t i = 0; i < n; i++) {
		merge_about(m, i, &c->about[i]);
		coverage_row(&c->file[i * COVERAGE_COLUMNS], &c->about[i]);
	}
	coverage_missing(m, &a->analysis.counts, &c->missing);
	for (size_t i = 0; i < c->missing.n; i++)
		c->text[i] = cell_text(c->missing.text[i]);
	c->cell[0] = cell_name(a->site.home);
	c->cell[1] = cell_bool(a->site.guessed);
	c->cell[2] = cell_rows(&coverage_layout, c->file, n);
	c->cell[3] = cell_rows(&missing_layout, c->text, c->missing.n);
	return 0;
}

static int
print_incidents(const struct answer *a, const struct covered *c, struct err *e)
{
	struct incident_row *row = malloc(sizeof(*row));
	struct column column[LAYOUT_COLUMNS_MAX];
	size_t base = incident_layout.n;
	const struct layout layout = {column, base + MORE_COLUMNS};
	struct output out = {0};
	int rc = row == NULL ? err_set(e, EX_OSERR, "out of memory") : 0;

	memcpy(column, incident_layout.column, base * sizeof(*column));
	memcpy(column + base, more_columns, sizeof(more_columns));
	if (rc == 0)
		rc = output_open(&out, a->opt, &layout, e);
	for (size_t i = 0; rc == 0 && i < a->analysis.n; i++) {
		incident_row(row, &a->analysis.incident[i]);
		memcpy(row->cell + base, c->cell, sizeof(c->cell));
		rc = output_row(&out, row->cell, e);
	}
	if (rc == 0)
		rc = output_finish(&out, e);
	output_close(&out);
	free(row);
	return rc;
}

/* Without any incident nothing would say what was read. */
static void
remark_coverage(const struct answer *a, const struct covered *c)
{
	if (a->site.guessed && a->site.home[0] == '\0')
		remark("home could not be guessed: there are no records");
	else if (a->site.guessed)
		remark("home is guessed: %s (%s)", a->site.home, a->site.why);
	for (size_t i = 0; i < merge_files(a->files.merge); i++)
		remark("%s: %" PRIu64 " %ss, %" PRIu64 " records, %" PRIu64
		       " could not be read",
		    c->about[i].path, c->about[i].tally->lines,
		    c->about[i].source->unit, c->about[i].tally->records,
		    c->about[i].tally->unreadable);
}

static int
print_rows(struct answer *a, struct err *e)
{
	struct covered c = {0};
	int rc;

	if (a->explain != NULL)
		return explain_print(
		    a->explain, a->analysis.incident, a->analysis.n, a->opt, e);
	rc = cover(&c, a, e);
	if (rc == 0)
		rc = print_incidents(a, &c, e);
	if (rc == 0)
		remark_coverage(a, &c);
	free(c.about);
	free(c.file);
	return rc;
}

/* --- all of it --- */

/* Were there any packets at all, and any of the honeynet? */
static int
check(const struct answer *a, struct err *e)
{
	struct source_about about;
	uint64_t packets = 0;

	for (size_t i = 0; i < merge_files(a->files.merge); i++) {
		merge_about(a->files.merge, i, &about);
		for (int p = 0; p < TALLY_PROTOS; p++)
			packets += about.tally->proto[p];
	}
	if (is_elsewhere(a))
		return err_set(e, EX_DATAERR,
		    "none of %" PRIu64 " connections has an end in %s: is "
		    "that home?",
		    a->analysis.counts.connections, a->site.home);
	if (packets > 0)
		return 0;
	return err_set(e, EX_DATAERR,
	    "not a single packet or flow could be read: nothing can be said");
}

static int
open_all(struct answer *a, const struct cli *c, struct err *e)
{
	if (files_open(&a->files, c, e) == -1 ||
	    analysis_site_open(&a->site, a->opt, &a->files, e) == -1)
		return -1;
	if (a->opt->has_explain) {
		a->explain = explain_new(a->site.site, &a->opt->explain);
		if (a->explain == NULL)
			return err_set(e, EX_OSERR, "out of memory");
	}
	if (a->opt->store == NULL)
		return 0;
	a->keep = keep_open(a->opt->store, merge_files(a->files.merge), e);
	if (a->keep == NULL)
		return -1;
	return site_file_write(a->site.site, a->opt->store, e);
}

static int
answer(struct answer *a, struct err *e)
{
	const struct analysis_options o = {
	    .site = a->site.site, .keep = a->keep, .explain = a->explain};
	int rc = analysis_run(&a->analysis, &o, &a->files, e);

	if (rc == 0)
		rc = output_is_table(a->opt) ? print_text(a, e)
					     : print_rows(a, e);
	return rc == 0 ? check(a, e) : rc;
}

int
analyse(const struct cli *c, struct err *e)
{
	struct answer a = {.opt = &c->opt};
	int rc = open_all(&a, c, e);

	if (rc == 0)
		rc = answer(&a, e);
	analysis_fini(&a.analysis);
	explain_free(a.explain);
	keep_close(a.keep);
	files_close(&a.files);
	analysis_site_close(&a.site);
	return rc;
}

const struct command command_analyse = {
    .name = "analyse",
    .args = "FILE...",
    .doc = "offline: who fell, how they came in, whom they talk to",
    .help =
	"\n"
	"No daemon and no configuration is needed.  The format is found out:\n"
	"iptables or nftables LOG text (syslog, rsyslog, the journal, dmesg),\n"
	"pcap and pcapng, flow-print (3 and 5), nfdump CSV, Zeek's conn.log;\n"
	"plain, gzip or zstd; '-' is standard input.  Several files are read\n"
	"as one, in order of time.\n"
	"--store DIR keeps the records and what was found for the other\n"
	"verbs.  Without --home (or -c) home is guessed, and that is said.\n\n"
	"Examples:\n"
	"  synhive analyse --home 11.11.79.0/24 --year 2005 kern.log.gz\n"
	"  synhive analyse --home 10.1.0.0/16 --explain 10.1.2.3 *.pcap\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_FILES |
	       OPTIONS_ANALYSE,
    .max_words = CLI_WORDS_ANY,
    .run = analyse,
};
