/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/addr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct net
net(const char *text)
{
	struct net n;

	assert_int_equal(net_parse(text, &n), 0);
	return n;
}

static void
an_address_survives_a_round_trip(void **state)
{
	static const char *const texts[] = {
	    "0.0.0.0",
	    "11.11.79.67",
	    "255.255.255.255",
	    "::",
	    "::1",
	    "2001:db8::5",
	    "fe80::1:2:3:4",
	};
	char out[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct addr a = addr(texts[i]);

		assert_string_equal(addr_format(&a, out), texts[i]);
		assert_int_equal(addr_is_v4(&a), strchr(texts[i], ':') == NULL);
	}
}

static void
a_mapped_address_is_the_ipv4_address(void **state)
{
	struct addr a = addr("::ffff:11.11.79.67"), b = addr("11.11.79.67");
	struct addr c = addr_from_v4((const uint8_t[]){11, 11, 79, 67});
	char out[ADDR_TEXT_MAX];

	(void)state;
	assert_true(addr_eq(&a, &b));
	assert_true(addr_eq(&a, &c));
	assert_string_equal(addr_format(&a, out), "11.11.79.67");
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"", "11.11.79", "11.11.79.256",
	    "11.11.79.67 ", "host", ":::", "2001:db8::g", "10.0.0.0/8",
	    "011.1.1.1.1"};
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(addr_parse(bad[i], &a), -1);
}

static void
addresses_are_ordered_as_numbers(void **state)
{
	struct addr a = addr("9.0.0.1"), b = addr("10.0.0.0"),
		    c = addr("2001:db8::");

	(void)state;
	assert_true(addr_cmp(&a, &b) < 0);
	assert_true(addr_cmp(&c, &b) > 0);
	assert_int_equal(addr_cmp(&a, &a), 0);
}

static void
a_network_has_its_first_and_last_address_and_no_more(void **state)
{
	static const struct {
		const char *net, *first, *last, *before, *behind;
	} row[] = {
	    {"10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255",
		"11.0.0.0"},
	    {"11.11.0.0/16", "11.11.0.0", "11.11.255.255", "11.10.255.255",
		"11.12.0.0"},
	    {"192.0.2.4/30", "192.0.2.4", "192.0.2.7", "192.0.2.3",
		"192.0.2.8"},
	    {"192.0.2.4", "192.0.2.4", "192.0.2.4", "192.0.2.3", "192.0.2.5"},
	    {"2001:db8::/33", "2001:db8::", "2001:db8:7fff:ffff::",
		"2001:db7:ffff::", "2001:db8:8000::"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct net n = net(row[i].net);
		struct addr first = addr(row[i].first),
			    last = addr(row[i].last);
		struct addr before = addr(row[i].before),
			    behind = addr(row[i].behind);

		assert_true(net_has(&n, &first));
		assert_true(net_has(&n, &last));
		assert_false(net_has(&n, &before));
		assert_false(net_has(&n, &behind));
	}
}

static void
all_of_ipv4_is_not_all_of_ipv6(void **state)
{
	struct net four = net("0.0.0.0/0"), six = net("::/0");
	struct addr a = addr("10.1.2.3"), b = addr("2001:db8::1");

	(void)state;
	assert_true(net_has(&four, &a));
	assert_false(net_has(&four, &b));
	assert_true(net_has(&six, &a));
	assert_true(net_has(&six, &b));
}

static void
bits_behind_the_prefix_are_told_apart_and_can_be_cleared(void **state)
{
	char out[NET_TEXT_MAX];
	struct net n;

	(void)state;
	assert_int_equal(net_parse("10.1.2.3/8", &n), -2);
	net_clear(&n);
	assert_string_equal(net_format(&n, out), "10.0.0.0/8");
	assert_int_equal(net_parse("2001:db8::1/63", &n), -2);
	net_clear(&n);
	assert_string_equal(net_format(&n, out), "2001:db8::/63");
	assert_int_equal(net_parse("10.1.2.3/31", &n), -2);
	net_clear(&n);
	assert_string_equal(net_format(&n, out), "10.1.2.2/31");
}

static void
what_is_no_network_is_refused(void **state)
{
	static const char *const bad[] = {"", "/", "/8", "10.0.0.0/",
	    "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8x",
	    "10.0.0.0/8/8", "10.0.0.0/ 8", "10/8",
	    "10.0.0.0/99999999999999999999"};
	struct net n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(net_parse(bad[i], &n), -1);
}

static void
a_list_has_what_one_of_its_networks_has(void **state)
{
	struct net a = net("10.0.0.0/8"), b = net("2001:db8::/32");
	struct addr in = addr("2001:db8::1"), out = addr("2001:db9::1");
	struct nets s = {0};

	(void)state;
	assert_false(nets_have(&s, &in));
	assert_int_equal(nets_add(&s, &a), 0);
	assert_int_equal(nets_add(&s, &b), 0);
	assert_true(nets_have(&s, &in));
	assert_false(nets_have(&s, &out));
	assert_false(net_is_host(&s.net[0]));
	nets_fini(&s);
	assert_int_equal(s.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_survives_a_round_trip),
	    cmocka_unit_test(a_mapped_address_is_the_ipv4_address),
	    cmocka_unit_test(what_is_no_address_is_refused),
	    cmocka_unit_test(addresses_are_ordered_as_numbers),
	    cmocka_unit_test(
		a_network_has_its_first_and_last_address_and_no_more),
	    cmocka_unit_test(all_of_ipv4_is_not_all_of_ipv6),
	    cmocka_unit_test(
		bits_behind_the_prefix_are_told_apart_and_can_be_cleared),
	    cmocka_unit_test(what_is_no_network_is_refused),
	    cmocka_unit_test(a_list_has_what_one_of_its_networks_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
