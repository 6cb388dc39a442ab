/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each tests/correlate/CASE.records gives exactly CASE.alerts.  With
 * UPDATE=1 in the environment the .alerts are written anew: read the
 * difference before you commit it.
 *
 * CASE.site is the site, else SITE_DEFAULT.  Beside the lines of lines.h:
 *   advance TIME    no record older than that comes any more
 *   restart         the aggregator stops here and starts again, without a
 *                   snapshot
 *
 * CASE-shuffled gives the same as CASE-ordered, or as CASE.
 *
 * Each case runs again with a stop after each line, going on from a snapshot:
 * the same bytes.
 */
#include "tests/unit/cm.h"
#include "tests/unit/piping.h"

#include <dirent.h>

#define FOLDER "tests/correlate"
#define SITE_DEFAULT                                                           \
	"home lab 10.0.0.0/16 2001:db8:1::/48\n"                               \
	"honeypot combo 10.0.0.5 10.0.0.6\n"

static char *
read_file(const char *name, const char *extension)
{
	char path[512], *text = calloc(1, 1 << 20);
	FILE *f;

	snprintf(path, sizeof(path), FOLDER "/%s%s", name, extension);
	f = fopen(path, "r");
	if (f != NULL) {
		text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
		fclose(f);
		return text;
	}
	free(text);
	return NULL;
}

static void
write_file(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), FOLDER "/%s.alerts", name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
one_line(struct piping *x, char *line)
{
	if (!line_trim(line))
		return;
	if (strncmp(line, "advance ", 8) == 0)
		pipeline_advance(x->p, line_time(line + 8));
	else if (strcmp(line, "restart") == 0)
		piping_restart(x);
	else
		piping_put(x, line);
}

static char *
run_case(const char *site, const char *records, bool stop)
{
	struct piping *x = piping_open(site);
	char *copy = strdup(records), *save, *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	for (char *l = strtok_r(copy, "\n", &save); l != NULL;
	     l = strtok_r(NULL, "\n", &save)) {
		one_line(x, l);
		if (stop)
			piping_resume(x);
	}
	pipeline_finish(x->p);
	piping_print(x, f);
	piping_print_counts(f, pipeline_counts(x->p));
	fclose(f);
	piping_close(x);
	free(copy);
	return text;
}

/* What the case gives must be the same as that of another one. */
static void
check_order(const char *name, const char *got)
{
	const char *at = strstr(name, "-shuffled");
	char other[256], *want;

	if (at == NULL)
		return;
	snprintf(other, sizeof(other), "%.*s-ordered", (int)(at - name), name);
	want = read_file(other, ".alerts");
	if (want == NULL) {
		other[at - name] = '\0';
		want = read_file(other, ".alerts");
	}
	assert_non_null(want);
	assert_string_equal(got, want);
	free(want);
}

static void
one_case_gives_its_alerts(void **state)
{
	const char *name = *state;
	char *records = read_file(name, ".records");
	char *site = read_file(name, ".site");
	char *want = read_file(name, ".alerts");
	char *got, *again;

	assert_non_null(records);
	got = run_case(site == NULL ? SITE_DEFAULT : site, records, false);
	again = run_case(site == NULL ? SITE_DEFAULT : site, records, true);
	assert_string_equal(again, got);
	check_order(name, got);
	if (getenv("UPDATE") != NULL)
		write_file(name, got);
	else
		assert_string_equal(got, want == NULL ? "" : want);
	free(records);
	free(site);
	free(want);
	free(got);
	free(again);
}

static int
is_case(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot != NULL && strcmp(dot, ".records") == 0;
}

int
main(void)
{
	struct CMUnitTest tests[256] = {{0}};
	struct dirent **entry;
	int n = scandir(FOLDER, &entry, is_case, alphasort), failed;

	if (n <= 0 || n > 256) {
		fprintf(stderr, "no cases in " FOLDER "\n");
		return 1;
	}
	for (int i = 0; i < n; i++) {
		*strrchr(entry[i]->d_name, '.') = '\0';
		tests[i] = (struct CMUnitTest){
		    .name = entry[i]->d_name,
		    .test_func = one_case_gives_its_alerts,
		    .initial_state = entry[i]->d_name,
		};
	}
	failed =
	    _cmocka_run_group_tests("correlate", tests, (size_t)n, NULL, NULL);
	for (int i = 0; i < n; i++)
		free(entry[i]);
	free(entry);
	return failed;
}
