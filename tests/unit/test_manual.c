/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/detect.h"
#include "aggregator/correlate/option.h"
#include "common/clock.h"

#include "tests/unit/cm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tests run at the root of the sources. */
#define CONF_PAGE "docs/man/synhive.conf.5"
#define DAEMON_PAGE "docs/man/synhive-aggregator.8"
#define DETECTORS_PAGE "docs/explanation/DETECTORS.md"
#define PAGE_MAX 65536
#define ROW_MAX 256
#define VALUE_MAX 32

static char *
read_page(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, PAGE_MAX);
	size_t n;

	if (f == NULL || text == NULL)
		fail_msg("cannot read %s", path);
	n = fread(text, 1, PAGE_MAX - 1, f);
	fclose(f);
	assert_true(n > 0 && n < PAGE_MAX - 1);
	return text;
}

/* As people write it: "60s", "24h", "30d"; "10". */
static void
value(enum option_kind kind, int64_t n, char out[static VALUE_MAX])
{
	static const struct {
		int64_t from, ns;
		char name;
	} units[] = {
	    {2 * NS_PER_DAY, NS_PER_DAY, 'd'},
	    {NS_PER_HOUR, NS_PER_HOUR, 'h'},
	    {120 * NS_PER_SEC, 60 * NS_PER_SEC, 'm'},
	    {0, NS_PER_SEC, 's'},
	};
	size_t i = 0;

	if (kind == OPTION_COUNT) {
		snprintf(out, VALUE_MAX, "%" PRId64, n);
		return;
	}
	while (n < units[i].from || n % units[i].ns != 0)
		i++;
	snprintf(
	    out, VALUE_MAX, "%" PRId64 "%c", n / units[i].ns, units[i].name);
}

static void
row_of(const char *detector, const struct option *o, char out[static ROW_MAX])
{
	char preset[VALUE_MAX], min[VALUE_MAX], max[VALUE_MAX];

	value(o->kind, o->preset, preset);
	value(o->kind, o->min, min);
	value(o->kind, o->max, max);
	snprintf(out, ROW_MAX, "\n.It Cm %s Ta Cm %s Ta %s Ta %s to %s\n",
	    detector, o->name, preset, min, max);
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

static void
the_manual_has_each_option_with_its_default_and_range(void **state)
{
	char *page = read_page(CONF_PAGE), row[ROW_MAX];
	size_t n = 1; /* that of all detectors */

	(void)state;
	for (size_t i = 0; detectors[i] != NULL; i++) {
		const struct option *o = detectors[i]->options;

		for (; o != NULL && o->name != NULL; o++, n++) {
			row_of(detectors[i]->name, o, row);
			if (strstr(page, row) == NULL)
				fail_msg("%s lacks:%s", CONF_PAGE, row);
		}
	}
	assert_non_null(strstr(page, "\n.It all Ta Cm quiet Ta 24h Ta "));
	if (count(page, " Ta Cm ") != n)
		fail_msg("%s has options that there are not", CONF_PAGE);
	free(page);
}

static void
the_manual_has_each_detector(void **state)
{
	char *page = read_page(DAEMON_PAGE), row[ROW_MAX];
	char *more = read_page(DETECTORS_PAGE);

	(void)state;
	for (size_t i = 0; detectors[i] != NULL; i++) {
		snprintf(row, sizeof(row), "\n.It Cm %s\n", detectors[i]->name);
		if (strstr(page, row) == NULL)
			fail_msg("%s lacks:%s", DAEMON_PAGE, row);
		snprintf(row, sizeof(row), "\n## %s\n", detectors[i]->name);
		if (strstr(more, row) == NULL)
			fail_msg("%s lacks:%s", DETECTORS_PAGE, row);
	}
	free(page);
	free(more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		the_manual_has_each_option_with_its_default_and_range),
	    cmocka_unit_test(the_manual_has_each_detector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
