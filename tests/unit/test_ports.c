/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
#include "common/ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static size_t
count(const struct ports *p)
{
	size_t n = 0;

	for (uint32_t port = 0; port <= 65535; port++)
		n += ports_have(p, (uint16_t)port);
	return n;
}

static void
numbers_and_ranges_may_be_separated_by_commas_or_blanks(void **state)
{
	static const char *const texts[] = {
	    "22, 6660-6662 7000",
	    "22 6660-6662,7000",
	    "  22,,6660-6662\t,\n7000, ",
	    "7000 6662 6661 6660 22 22",
	};
	struct ports p;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(ports_parse(texts[i], &p, NULL), 0);
		assert_int_equal(count(&p), 5);
		assert_true(ports_have(&p, 22));
		assert_true(ports_have(&p, 6660));
		assert_true(ports_have(&p, 6661));
		assert_true(ports_have(&p, 6662));
		assert_true(ports_have(&p, 7000));
	}
}

static void
the_first_and_the_last_port_are_ports(void **state)
{
	struct ports p;

	(void)state;
	assert_int_equal(ports_parse("0-65535", &p, NULL), 0);
	assert_int_equal(count(&p), 65536);
	assert_int_equal(ports_parse("0, 65535", &p, NULL), 0);
	assert_int_equal(count(&p), 2);
	assert_true(ports_have(&p, 0));
	assert_true(ports_have(&p, 65535));
}

static void
nothing_is_the_empty_set(void **state)
{
	struct ports p;

	(void)state;
	assert_int_equal(ports_parse("", &p, NULL), 0);
	assert_int_equal(count(&p), 0);
	assert_int_equal(ports_parse(" , ", &p, NULL), 0);
	assert_int_equal(count(&p), 0);
}

static void
what_is_no_port_is_named(void **state)
{
	static const struct {
		const char *text, *word;
	} bad[] = {
	    {"22, ssh", "'ssh'"},
	    {"65536", "'65536'"},
	    {"99999999999999999999", "'99999999999999999999'"},
	    {"22 6669-6660", "'6669-6660'"},
	    {"-5", "'-5'"},
	    {"5-", "'5-'"},
	    {"1-2-3", "'1-2-3'"},
	    {"6660 - 6669", "'-'"},
	    {"+5", "'+5'"},
	    {"0x16", "'0x16'"},
	    {"22;23", "'22;23'"},
	};
	struct ports p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		memset(&e, 0, sizeof(e));
		assert_int_equal(ports_parse(bad[i].text, &p, &e), -1);
		assert_non_null(strstr(e.text, bad[i].word));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		numbers_and_ranges_may_be_separated_by_commas_or_blanks),
	    cmocka_unit_test(the_first_and_the_last_port_are_ports),
	    cmocka_unit_test(nothing_is_the_empty_set),
	    cmocka_unit_test(what_is_no_port_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
