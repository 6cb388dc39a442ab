/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "aggregator/source/home.h"

#include <stdio.h>
#include <string.h>

static struct record
syn(const char *src, const char *dst, uint8_t hook)
{
	struct record r = {.has = HAS_FLAGS, .flags = TCP_SYN, .hook = hook};

	assert_int_equal(addr_parse(src, &r.src), 0);
	assert_int_equal(addr_parse(dst, &r.dst), 0);
	return r;
}

static void
put(struct home *h, const char *src, const char *dst, uint8_t hook)
{
	const struct record r = syn(src, dst, hook);

	home_put(h, &r);
}

/* 'n' strangers call 'hosts' addresses that differ between these two. */
static void
put_calls(
    struct home *h, int n, const char *before, const char *behind, int hosts)
{
	for (int i = 0; i < n; i++) {
		char src[32], dst[48];

		snprintf(
		    src, sizeof(src), "203.%d.%d.9", i / 250 % 100, i % 250);
		snprintf(
		    dst, sizeof(dst), "%s%d%s", before, 1 + i % hosts, behind);
		put(h, src, dst, HOOK_NONE);
	}
}

static void
assert_guess(struct home *h, const char *want)
{
	struct net net[HOME_NETS_MAX];
	char why[HOME_WHY_MAX], got[512] = "", text[NET_TEXT_MAX];
	size_t n = home_guess(h, net, why);

	for (size_t i = 0; i < n; i++) {
		strcat(got, net_format(&net[i], text));
		strcat(got, " ");
	}
	assert_string_equal(got, want);
	assert_true(strlen(why) > 0);
	home_free(h);
}

static void
a_net_that_everybody_calls_is_home(void **state)
{
	struct home *h = home_new();

	(void)state;
	put_calls(h, 5000, "198.51.100.", "", 20);
	put(h, "198.51.100.7", "192.0.2.1", HOOK_NONE);
	assert_guess(h, "198.51.100.0/24 ");
}

static void
one_host_in_everything_is_home_alone(void **state)
{
	struct home *h = home_new();

	(void)state;
	put_calls(h, 100, "198.51.100.", "", 1);
	put(h, "198.51.100.1", "192.0.2.1", HOOK_NONE);
	assert_guess(h, "198.51.100.1/32 ");
}

static void
several_nets_are_taken_until_nearly_all_is_covered(void **state)
{
	struct home *h = home_new();

	(void)state;
	put_calls(h, 3000, "198.51.100.", "", 20);
	put_calls(h, 2000, "192.0.2.", "", 20);
	put_calls(h, 50, "198.18.1.", "", 20);
	assert_guess(h, "198.51.100.0/24 192.0.2.0/24 ");
}

static void
a_thin_net_is_taken_as_a_wide_one(void **state)
{
	struct home *h = home_new();

	(void)state;
	put_calls(h, 5000, "10.7.", ".5", 200);
	assert_guess(h, "10.7.0.0/16 ");
}

static void
the_hooks_of_a_hosts_own_log_decide(void **state)
{
	struct home *h = home_new();

	(void)state;
	/* It calls one net far more often than it is called. */
	for (int i = 0; i < 100; i++)
		put(h, "198.51.100.7", "192.0.2.80", HOOK_OUT);
	put(h, "203.0.113.9", "198.51.100.7", HOOK_IN);
	put(h, "203.0.113.8", "198.51.100.8", HOOK_IN);
	assert_guess(h, "198.51.100.0/24 ");
}

static void
a_private_address_is_home_where_all_else_is_equal(void **state)
{
	struct home *h = home_new();

	(void)state;
	put(h, "172.16.1.10", "69.64.34.124", HOOK_NONE);
	assert_guess(h, "172.16.1.10/32 ");
}

static void
ipv6_has_homes_of_64_bits(void **state)
{
	struct home *h = home_new();

	(void)state;
	for (int i = 0; i < 50; i++) {
		char src[48];

		snprintf(src, sizeof(src), "2001:db8:%x::1", i + 1);
		put(h, src, i % 2 == 0 ? "2001:db8:100::5" : "2001:db8:100::6",
		    HOOK_NONE);
	}
	assert_guess(h, "2001:db8:100::/64 ");
}

static void
nothing_is_no_home(void **state)
{
	(void)state;
	assert_guess(home_new(), "");
}

static void
it_stops_looking_some_day(void **state)
{
	struct home *h = home_new();
	const struct record r = syn("203.0.113.9", "198.51.100.7", HOOK_NONE);

	(void)state;
	for (size_t i = 0; i + 1 < HOME_RECORDS_MAX; i++)
		assert_true(home_put(h, &r));
	assert_false(home_put(h, &r));
	assert_false(home_put(h, &r));
	assert_guess(h, "198.51.100.7/32 ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_net_that_everybody_calls_is_home),
	    cmocka_unit_test(one_host_in_everything_is_home_alone),
	    cmocka_unit_test(
		several_nets_are_taken_until_nearly_all_is_covered),
	    cmocka_unit_test(a_thin_net_is_taken_as_a_wide_one),
	    cmocka_unit_test(the_hooks_of_a_hosts_own_log_decide),
	    cmocka_unit_test(a_private_address_is_home_where_all_else_is_equal),
	    cmocka_unit_test(ipv6_has_homes_of_64_bits),
	    cmocka_unit_test(nothing_is_no_home),
	    cmocka_unit_test(it_stops_looking_some_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
