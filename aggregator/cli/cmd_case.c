/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/case_show.h"
#include "aggregator/cli/cli.h"
#include "aggregator/cli/dossier_file.h"
#include "aggregator/cli/filter_join.h"
#include "aggregator/cli/ordered_records.h"
#include "aggregator/cli/output.h"
#include "aggregator/cli/place.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/nearest.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* What a subcommand is given; the words behind its own and the case's. */
struct task {
	const struct cli *c;
	const struct place *place;
	struct dossier_file file;
	struct dossier *dossier; /* NULL: "new" */
	const char *name;	 /* of the case */
	char **word;
	size_t n_word;
};

typedef int task_fn(struct task *t, struct err *e);

/* Returns 0, or -1 with 'e'. */
static int
copy_reason(
    const struct cli *c, char out[static DOSSIER_REASON_MAX], struct err *e)
{
	const char *reason = c->opt.reason == NULL ? "" : c->opt.reason;

	if (strlen(reason) >= DOSSIER_REASON_MAX)
		return err_set(e, EX_USAGE,
		    "the reason is longer than %d bytes",
		    DOSSIER_REASON_MAX - 1);
	strcpy(out, reason);
	return 0;
}

static int
no_words(const struct task *t, struct err *e)
{
	if (t->n_word == 0)
		return 0;
	return err_set(e, EX_USAGE, "%s: one word too many", t->word[0]);
}

/* --- that write --- */

static int
do_new(struct task *t, struct err *e)
{
	struct dossier *d;
	int rc;

	if (no_words(t, e) == -1)
		return -1;
	if (dossier_file_exists(&t->file))
		return err_set(
		    e, EX_CANTCREAT, "there is a case '%s' already", t->name);
	d = dossier_new();
	if (d == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	dossier_user(d->user);
	d->time_ns = clock_wall_ns();
	rc = copy_reason(t->c, d->reason, e);
	if (rc == 0)
		rc = dossier_file_write(&t->file, d, e);
	dossier_free(d);
	return rc;
}

/* The filter of a new step, checked; the caller takes it. */
static char *
step_filter(const struct task *t, struct err *e)
{
	struct filter *f;
	char *text = place_filter_text(t->place, t->c,
	    (size_t)(t->word + 1 - t->c->word), FILTER_RECORDS, e);

	if (text == NULL)
		return NULL;
	if (filter_is_empty(text))
		err_set(e, EX_USAGE, "step '%s': which records? Say a filter",
		    t->word[0]);
	else if (place_filter_parse(t->place, text, FILTER_RECORDS, &f, e) ==
		 0) {
		filter_free(f);
		return text;
	}
	free(text);
	return NULL;
}

static int
add_step(struct task *t, bool exclude, struct err *e)
{
	struct dossier_step s = {.exclude = exclude, .gone_ns = TIME_NONE};
	int rc;

	if (t->n_word == 0)
		return err_set(e, EX_USAGE, "the name of the step is missing");
	if (dossier_check_name("step", t->word[0], e) == -1 ||
	    copy_reason(t->c, s.reason, e) == -1)
		return -1;
	if (exclude && s.reason[0] == '\0')
		return err_set(
		    e, EX_USAGE, "why is it excluded? Say --reason TEXT");
	strcpy(s.name, t->word[0]);
	dossier_user(s.user);
	s.time_ns = clock_wall_ns();
	s.filter = step_filter(t, e);
	if (s.filter == NULL)
		return -1;
	rc = dossier_add(t->dossier, &s, e);
	free(s.filter);
	return rc == -1 ? -1 : dossier_file_write(&t->file, t->dossier, e);
}

static int
do_add(struct task *t, struct err *e)
{
	return add_step(t, false, e);
}

static int
do_exclude(struct task *t, struct err *e)
{
	return add_step(t, true, e);
}

static int
do_remove(struct task *t, struct err *e)
{
	char user[DOSSIER_USER_MAX];

	if (t->n_word == 0)
		return dossier_file_remove(&t->file, e);
	if (t->n_word > 1)
		return err_set(
		    e, EX_USAGE, "%s: one word too many", t->word[1]);
	dossier_user(user);
	if (dossier_remove(t->dossier, t->word[0], user, clock_wall_ns(), e) ==
	    -1)
		return -1;
	return dossier_file_write(&t->file, t->dossier, e);
}

/* --- that read --- */

/* Each step alone must be a filter before they are joined: whoever wrote the
 * file.  Returns 0, or -1 with 'e'. */
static int
check_steps(const struct task *t, struct err *e)
{
	for (size_t i = 0; i < t->dossier->n; i++) {
		const struct dossier_step *s = &t->dossier->step[i];
		struct filter *f = filter_parse(s->filter, t->place->site, e);

		if (f == NULL)
			return err_within(e, "step '%s'", s->name);
		filter_free(f);
	}
	return 0;
}

static int
do_show(struct task *t, struct err *e)
{
	if (no_words(t, e) == -1)
		return -1;
	if (output_is_table(&t->c->opt) && t->dossier->reason[0] != '\0')
		remark("%s: %s", t->name, t->dossier->reason);
	return case_show(t->dossier, &t->c->opt, e);
}

static int
do_export(struct task *t, struct err *e)
{
	if (no_words(t, e) == -1 || check_steps(t, e) == -1)
		return -1;
	return case_export(t->dossier, t->name, &t->c->opt, e);
}

/* All steps, and 'more'.  Returns 0, or -1 with 'e'. */
static int
run_all(struct task *t, const char *more, struct err *e)
{
	struct filter_part part[] = {{more, false}, {NULL, false}};
	char *steps = dossier_filter(t->dossier, t->dossier->n), *all = NULL;
	struct filter *f = NULL;
	int rc = -1;

	part[1].text = steps;
	if (steps != NULL)
		all = filter_join(part, 2);
	if (all == NULL)
		err_set(e, EX_OSERR, "out of memory");
	else
		rc = place_filter_parse(t->place, all, FILTER_RECORDS, &f, e);
	if (rc == 0)
		rc = ordered_records(t->place, &t->c->opt, f, e);
	filter_free(f);
	free(all);
	free(steps);
	return rc;
}

static int
do_run(struct task *t, struct err *e)
{
	char *more = place_filter_text(
	    t->place, t->c, (size_t)(t->word - t->c->word), FILTER_RECORDS, e);
	struct filter *f = NULL;
	int rc;

	if (more == NULL)
		return -1;
	rc = check_steps(t, e);
	if (rc == 0 && !t->c->opt.steps) {
		rc = run_all(t, more, e);
	} else if (rc == 0) {
		rc = place_filter_parse(t->place, more, FILTER_RECORDS, &f, e);
		if (rc == 0)
			rc = case_steps(t->dossier, t->place, &t->c->opt, f, e);
		filter_free(f);
	}
	free(more);
	return rc;
}

/* --- which --- */

static const struct subcommand {
	const char *name;
	bool writes, makes;
	task_fn *run;
} subcommands[] = {
    {"new", true, true, do_new},
    {"add", true, false, do_add},
    {"exclude", true, false, do_exclude},
    {"remove", true, false, do_remove},
    {"show", false, false, do_show},
    {"run", false, false, do_run},
    {"export", false, false, do_export},
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(*subcommands))

static const struct subcommand *
find(const char *name, struct err *e)
{
	struct nearest near = nearest_to(name, strlen(name));
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
		nearest_try(&near, subcommands[i].name);
	}
	err_set(e, EX_USAGE,
	    "'%.40s': say new, add, exclude, run, show, export or remove%s",
	    name, nearest_hint(&near, hint));
	return NULL;
}

static int
do_it(const struct subcommand *s, struct task *t, struct err *e)
{
	int rc;

	if (dossier_file_open(&t->file, t->place->dir, t->name, s->writes, e) ==
	    -1)
		return -1;
	if (!s->makes)
		t->dossier = dossier_file_read(&t->file, e);
	rc = s->makes || t->dossier != NULL ? s->run(t, e) : -1;
	dossier_free(t->dossier);
	dossier_file_close(&t->file);
	return rc;
}

static int
run(const struct cli *c, struct err *e)
{
	const struct subcommand *s = NULL;
	struct task t = {.c = c};
	struct place p;
	int rc;

	if (c->n_word > 0 && (s = find(c->word[0], e)) == NULL)
		return -1;
	if (c->n_word == 1)
		return err_set(e, EX_USAGE,
		    "%s: which case? Say its name, or a path with a '/'",
		    s->name);
	if (place_open(&p, &c->opt, e) == -1)
		return -1;
	t.place = &p;
	if (s != NULL) {
		t.name = c->word[1];
		t.word = c->word + 2;
		t.n_word = c->n_word - 2;
	}
	rc = s == NULL ? case_list(p.dir, &c->opt, e) : do_it(s, &t, e);
	place_close(&p);
	return rc;
}

const struct command command_case = {
    .name = "case",
    .args = "[new|add|exclude|run|show|export|remove CASE ...]",
    .doc = "an investigation: filters and exclusions with reasons, kept",
    .help =
	"\n"
	"  case                           those that there are\n"
	"  case new CASE                  begin one, with --reason\n"
	"  case add CASE STEP FILTER      go on with these only\n"
	"  case exclude CASE STEP FILTER  go on without these, with --reason\n"
	"  case run CASE [FILTER]         the records that are left, in order\n"
	"                                 of time; with --steps how many\n"
	"  case show CASE                 its steps\n"
	"  case export CASE               as a shell script, or -o json\n"
	"  case remove CASE [STEP]        a step, or all of it\n\n"
	"CASE is a name, kept beside the store, or a file's path with a '/'.\n"
	"Filters may be those of --nfilter.\n\n"
	"Examples:\n"
	"  synhive case new dev-server --reason 'who got in on the 9th?'\n"
	"  synhive case add dev-server victim 'host 189.22.36.165'\n"
	"  synhive case exclude dev-server browsing --reason 'its own' \\\n"
	"      'port 80 and host 189.22.36.165'\n"
	"  synhive case run dev-server --last 1d --steps\n"
	"  synhive case export dev-server >dev-server.sh\n",
    .options = OPTIONS_STORE | OPTIONS_HOME | OPTIONS_OUTPUT | OPTIONS_TIME |
	       OPTIONS_COUNT | OPTIONS_NFILTER | OPTIONS_CASE,
    .max_words = CLI_WORDS_ANY,
    .run = run,
};
