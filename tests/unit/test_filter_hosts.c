/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <cmocka.h>

#include "tests/unit/filter_site.h"

static void
hosts_are_needed_that_every_match_must_have(void **state)
{
	static const struct {
		const char *text, *hosts;
	} rows[] = {
	    {"", ""},
	    {"port 22", ""},
	    {"host 1.2.3.4", "1.2.3.4 "},
	    {"src host 1.2.3.4 and port 22", "1.2.3.4 "},
	    {"net 1.2.3.4", "1.2.3.4 "},
	    {"net 1.2.3.0/24", ""},
	    {"net [1.2.3.4, 1.2.4.0/24]", ""},
	    {"host [1.2.3.4, 1.2.3.3]", "1.2.3.3 1.2.3.4 "},
	    {"host 1.2.3.4 or host 1.2.3.3", "1.2.3.3 1.2.3.4 "},
	    {"host 1.2.3.4 or host 1.2.3.4", "1.2.3.4 "},
	    {"host 1.2.3.4 or port 22", ""},
	    {"(host 1.2.3.4 or port 22) and host 1.2.3.3", "1.2.3.3 "},
	    {"host [1.2.3.4, 1.2.3.3] and host 1.2.3.9", "1.2.3.9 "},
	    {"not host 1.2.3.4", ""},
	    {"not not host 1.2.3.4", "1.2.3.4 "},
	    {"not (not host 1.2.3.4 or port 22)", "1.2.3.4 "},
	    {"not (not host 1.2.3.4 and not host 1.2.3.3)", "1.2.3.3 1.2.3.4 "},
	    {"not (not host 1.2.3.4 and port 5)", ""},
	    {"host 2001:db8::5 and host 1.2.3.4 and port 22", "1.2.3.4 "},
	    {"host [1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5]", ""},
	};
	char out[256], text[ADDR_TEXT_MAX];
	struct addr host[4];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter *f = filter_parse(rows[i].text, site, NULL);
		size_t n = filter_needs_hosts(f, host, 4), at = 0;

		out[0] = '\0';
		for (size_t k = 0; k < n; k++)
			at += (size_t)sprintf(
			    out + at, "%s ", addr_format(&host[k], text));
		filter_free(f);
		/* Either host of the two would do. */
		if (strncmp(rows[i].text, "host 2001", 9) == 0)
			assert_int_equal(n, 1);
		else if (strcmp(out, rows[i].hosts) != 0)
			fail_msg("%s: %s", rows[i].text, out);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, free_site)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(hosts_are_needed_that_every_match_must_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
