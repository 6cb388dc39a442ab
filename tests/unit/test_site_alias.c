/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/site_lab.h"

static void
a_host_sensor_s_addresses_become_one_honeypot(void **state)
{
	struct addr hello[] = {addr("127.0.0.1"), addr("11.11.0.2"),
	    addr("11.11.0.1"), addr("11.11.0.99")};
	struct addr foreign = addr("11.11.0.99");
	struct site *s = lab();

	(void)state;
	assert_int_equal(
	    sensor(s, "pot1", 1, NETS("11.11.0.1", "11.11.0.2", "11.11.0.3")),
	    0);
	assert_true(site_alias(s, "pot1", hello, 4));
	assert_ptr_equal(
	    site_honeypot(s, &hello[1]), site_honeypot(s, &hello[2]));
	assert_true(site_honeypot(s, &hello[1])->learned);
	/* Named as a honeypot without aliases is: by its primary address. */
	assert_string_equal(site_honeypot(s, &hello[1])->name, "11.11.0.1");
	assert_true(addr_eq(&site_honeypot(s, &hello[1])->primary, &hello[2]));
	/* Not what it must not report for. */
	assert_null(site_honeypot(s, &foreign));
	assert_false(site_alias(s, "pot1", hello, 4));
	site_free(s);
}

static void
a_later_hello_only_adds(void **state)
{
	struct addr first[] = {addr("11.11.0.2"), addr("11.11.0.3")};
	struct addr later[] = {addr("11.11.0.1"), addr("11.11.0.3")};
	struct site *s = lab();

	(void)state;
	assert_int_equal(
	    sensor(s, "pot1", 1, NETS("11.11.0.1", "11.11.0.2", "11.11.0.3")),
	    0);
	assert_true(site_alias(s, "pot1", first, 2));
	assert_true(site_alias(s, "pot1", later, 2));
	assert_int_equal(s->n_honeypot, 1);
	assert_int_equal(s->honeypot[0].addresses.n, 3);
	assert_true(addr_eq(&s->honeypot[0].primary, &first[0]));
	assert_ptr_equal(site_honeypot(s, &later[0]), &s->honeypot[0]);
	site_free(s);
}

static void
one_address_is_no_alias(void **state)
{
	struct addr a = addr("11.11.0.1");
	struct site *s = lab();

	(void)state;
	assert_int_equal(sensor(s, "pot1", 1, NETS("11.11.0.1")), 0);
	assert_false(site_alias(s, "pot1", &a, 1));
	assert_null(site_honeypot(s, &a));
	site_free(s);
}

static void
a_gateway_s_addresses_are_nobody_s(void **state)
{
	struct addr a[] = {addr("11.11.0.1"), addr("11.11.1.1")};
	struct site *s = lab();

	(void)state;
	assert_int_equal(
	    sensor(s, "gate", 1, NETS("11.11.0.1", "11.11.1.1", "10.0.0.0/24")),
	    0);
	assert_false(site_alias(s, "gate", a, 2));
	assert_false(site_alias(s, "unknown", a, 2));
	assert_null(site_honeypot(s, &a[0]));
	site_free(s);
}

static void
a_hello_takes_nothing_from_a_configured_honeypot(void **state)
{
	struct addr a[] = {
	    addr("11.11.0.1"), addr("11.11.0.2"), addr("11.11.0.3")};
	struct site *s = lab();

	(void)state;
	assert_int_equal(
	    sensor(s, "pot1", 1, NETS("11.11.0.1", "11.11.0.2", "11.11.0.3")),
	    0);
	assert_int_equal(honeypot(s, "combo", NETS("11.11.0.1")), 0);
	assert_true(site_alias(s, "pot1", a, 3));
	assert_string_equal(site_honeypot(s, &a[0])->name, "combo");
	assert_string_equal(site_honeypot(s, &a[1])->name, "11.11.0.2");
	assert_int_equal(s->honeypot[0].addresses.n, 1);
	site_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_host_sensor_s_addresses_become_one_honeypot),
	    cmocka_unit_test(a_later_hello_only_adds),
	    cmocka_unit_test(one_address_is_no_alias),
	    cmocka_unit_test(a_gateway_s_addresses_are_nobody_s),
	    cmocka_unit_test(a_hello_takes_nothing_from_a_configured_honeypot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
