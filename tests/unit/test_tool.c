/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/tool.h"
#include "common/clock.h"
#include "common/err.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* Run it with 'in' as its input; 'out' has what it wrote. */
static int
run(const char *const *argv, int limit_ms, const char *in, char *out,
    size_t size, struct err *e)
{
	const struct tool t = {argv, "a-package", limit_ms};
	FILE *from = tmpfile(), *to = tmpfile();
	size_t n;
	int rc;

	assert_non_null(from);
	assert_non_null(to);
	fputs(in, from);
	rc = tool_run(&t, from, to, e);
	rewind(to);
	n = fread(out, 1, size - 1, to);
	out[n] = '\0';
	fclose(from);
	fclose(to);
	return rc;
}

static void
what_is_written_comes_back_drawn(void **state)
{
	const char *const argv[] = {"tr", "a-z", "A-Z", NULL};
	char out[64];

	(void)state;
	assert_int_equal(run(argv, 0, "digraph", out, sizeof(out), NULL), 0);
	assert_string_equal(out, "DIGRAPH");
}

static void
a_program_that_does_not_end_is_killed(void **state)
{
	const char *const argv[] = {"sleep", "1000", NULL};
	int64_t began = clock_mono_ns();
	struct err e = {0};
	char out[8];

	(void)state;
	assert_int_equal(run(argv, 50, "", out, sizeof(out), &e), -1);
	assert_int_equal(e.code, EX_UNAVAILABLE);
	assert_non_null(strstr(e.text, "draw less"));
	assert_true(clock_mono_ns() - began < 100 * NS_PER_SEC);
}

static void
its_memory_is_limited(void **state)
{
	const char *const argv[] = {"sh", "-c",
	    "while [ \"$(ulimit -v)\" = unlimited ]; do :; done; ulimit -v",
	    NULL};
	char out[32];

	(void)state;
	assert_int_equal(run(argv, 0, "", out, sizeof(out), NULL), 0);
	assert_string_equal(out, "2097152\n");
}

static void
a_failure_says_why(void **state)
{
	const char *const none[] = {"synhive-no-such-program", NULL};
	const char *const bad[] = {
	    "sh", "-c", "echo 'no fonts' >&2; exit 3", NULL};
	struct err e = {0};
	char out[8];

	(void)state;
	assert_int_equal(run(none, 0, "", out, sizeof(out), &e), -1);
	assert_int_equal(e.code, EX_UNAVAILABLE);
	assert_non_null(strstr(e.text, "apt install a-package"));
	assert_int_equal(run(bad, 0, "", out, sizeof(out), &e), -1);
	assert_non_null(strstr(e.text, "status 3: no fonts"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_comes_back_drawn),
	    cmocka_unit_test(a_program_that_does_not_end_is_killed),
	    cmocka_unit_test(its_memory_is_limited),
	    cmocka_unit_test(a_failure_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
