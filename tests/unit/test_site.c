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

#include "tests/unit/site_lab.h"

static void
a_new_site_knows_the_four_classes(void **state)
{
	struct site *s = site_new();

	(void)state;
	assert_int_equal(s->n_class, 4);
	assert_true(site_in_class(s, "ssh", 22));
	assert_false(site_in_class(s, "ssh", 2222));
	assert_true(site_in_class(s, "irc", 6667));
	assert_true(site_in_class(s, "irc", 194));
	assert_false(site_in_class(s, "irc", 6670));
	assert_true(site_in_class(s, "irc-weak", 6670));
	assert_true(site_in_class(s, "ident", 113));
	assert_false(site_in_class(s, "IRC", 6667));
	assert_false(site_in_class(s, "none", 22));
	site_free(s);
}

static void
a_class_can_be_replaced_or_added(void **state)
{
	struct site *s = site_new();
	struct ports p = {0};

	(void)state;
	ports_add(&p, 2222, 2222);
	assert_int_equal(site_set_class(s, "ssh", &p, &e), 0);
	assert_int_equal(site_set_class(s, "redis", &p, &e), 0);
	assert_int_equal(s->n_class, 5);
	assert_false(site_in_class(s, "ssh", 22));
	assert_true(site_in_class(s, "ssh", 2222));
	assert_true(site_in_class(s, "redis", 2222));
	site_free(s);
}

static void
direction_goes_by_the_home_networks(void **state)
{
	static const struct {
		const char *client, *server;
		enum direction direction;
	} row[] = {
	    {"11.11.79.67", "1.2.3.4", DIRECTION_OUT},
	    {"1.2.3.4", "11.11.79.67", DIRECTION_IN},
	    {"11.11.79.67", "11.11.79.69", DIRECTION_WITHIN},
	    {"11.11.79.67", "10.0.0.5", DIRECTION_WITHIN},
	    {"2001:db8::1", "2001:db9::1", DIRECTION_OUT},
	    {"1.2.3.4", "5.6.7.8", DIRECTION_STRAY},
	    {"11.10.255.255", "11.12.0.0", DIRECTION_STRAY},
	    {"11.11.255.255", "10.0.1.0", DIRECTION_OUT},
	};
	struct site *s = lab();

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct addr client = addr(row[i].client);
		struct addr server = addr(row[i].server);

		assert_int_equal(
		    site_direction(s, &client, &server), row[i].direction);
	}
	site_free(s);
}

static void
without_a_honeynet_everything_is_stray(void **state)
{
	struct site *s = site_new();
	struct addr a = addr("11.11.79.67");

	(void)state;
	assert_int_equal(site_direction(s, &a, &a), DIRECTION_STRAY);
	assert_null(site_honeynet(s, &a));
	assert_null(site_honeypot(s, &a));
	site_free(s);
}

static void
a_direction_has_a_name_that_can_be_read(void **state)
{
	enum direction d;

	(void)state;
	for (int i = DIRECTION_STRAY; i <= DIRECTION_WITHIN; i++) {
		const char *name = direction_name((enum direction)i);

		assert_int_equal(direction_parse(name, &d), 0);
		assert_int_equal(d, i);
	}
	assert_int_equal(direction_parse("sideways", &d), -1);
}

static void
homes_of_two_honeynets_never_overlap(void **state)
{
	struct site *s = lab();
	struct addr a = addr("172.16.0.1");

	(void)state;
	assert_int_equal(honeynet(s, "x", NETS("11.0.0.0/8")), -1);
	assert_int_equal(e.code, EX_CONFIG);
	assert_non_null(strstr(e.text, "11.0.0.0/8"));
	assert_non_null(strstr(e.text, "'lab'"));
	assert_int_equal(
	    honeynet(s, "x", NETS("172.16.0.0/12", "10.0.0.128/25")), -1);
	assert_non_null(strstr(e.text, "10.0.0.128/25"));
	/* Nothing of the refused one stays. */
	assert_null(site_honeynet(s, &a));
	assert_int_equal(honeynet(s, "x", NETS("172.16.0.0/12")), 0);
	assert_string_equal(site_honeynet(s, &a)->name, "x");
	site_free(s);
}

static void
a_honeynet_may_name_a_part_of_itself_again(void **state)
{
	struct site *s = site_new();
	struct addr a = addr("10.1.2.3"), b = addr("10.9.9.9");

	(void)state;
	assert_int_equal(
	    honeynet(s, "a", NETS("10.1.0.0/16", "10.0.0.0/8", "10.2.0.0/16")),
	    0);
	assert_string_equal(site_honeynet(s, &a)->name, "a");
	assert_string_equal(site_honeynet(s, &b)->name, "a");
	assert_int_equal(s->home.n, 1);
	site_free(s);
}

static void
names_are_taken_once(void **state)
{
	struct site *s = lab();

	(void)state;
	assert_int_equal(honeynet(s, "lab", NETS("172.16.0.0/12")), -1);
	assert_non_null(strstr(e.text, "'lab'"));
	assert_int_equal(honeypot(s, "combo", NETS("11.11.0.1")), 0);
	assert_int_equal(honeypot(s, "combo", NETS("11.11.0.2")), -1);
	assert_int_equal(sensor(s, "pot1", 1, NETS("11.11.0.1")), 0);
	assert_int_equal(sensor(s, "pot1", 2, NETS("11.11.0.2")), -1);
	assert_int_equal(s->n_honeynet, 2);
	assert_int_equal(s->n_honeypot, 1);
	assert_int_equal(s->n_sensor, 1);
	site_free(s);
}

static void
every_address_of_a_honeypot_leads_to_it(void **state)
{
	struct site *s = lab();
	struct addr first = addr("11.11.79.69"), second = addr("2001:db8::5");
	struct addr inside = addr("11.11.80.200"), other = addr("11.11.79.68");

	(void)state;
	assert_int_equal(honeypot(s, "single", NETS("11.11.79.1")), 0);
	assert_int_equal(
	    honeypot(s, "combo",
		NETS("11.11.79.69", "2001:db8::5", "11.11.80.0/24")),
	    0);
	assert_string_equal(site_honeypot(s, &first)->name, "combo");
	assert_string_equal(site_honeypot(s, &second)->name, "combo");
	assert_string_equal(site_honeypot(s, &inside)->name, "combo");
	assert_null(site_honeypot(s, &other));
	assert_true(addr_eq(&site_honeypot(s, &second)->primary, &first));
	assert_int_equal(site_honeypot(s, &second)->honeynet, 0);
	site_free(s);
}

static void
an_address_has_one_honeypot(void **state)
{
	struct site *s = lab();
	struct addr a = addr("11.11.0.9");

	(void)state;
	assert_int_equal(honeypot(s, "a", NETS("11.11.0.0/29")), 0);
	assert_int_equal(honeypot(s, "b", NETS("11.11.0.9", "11.11.0.4")), -1);
	assert_non_null(strstr(e.text, "11.11.0.4"));
	assert_non_null(strstr(e.text, "'a'"));
	assert_null(site_honeypot(s, &a));
	site_free(s);
}

static void
a_honeypot_is_at_home(void **state)
{
	struct site *s = lab();

	(void)state;
	assert_int_equal(honeypot(s, "b", NETS("11.11.0.9", "1.2.3.4")), -1);
	assert_int_equal(e.code, EX_CONFIG);
	assert_non_null(strstr(e.text, "1.2.3.4"));
	assert_int_equal(honeypot(s, "c", (struct nets){0}), -1);
	site_free(s);
}

static void
a_key_has_one_owner(void **state)
{
	struct subscriber_entry soc = {.name = "soc", .key.b = {1}};
	struct subscriber_entry noc = {.name = "noc", .key.b = {3}};
	struct site *s = lab();

	(void)state;
	assert_int_equal(sensor(s, "a", 1, NETS("11.11.0.1")), 0);
	assert_int_equal(sensor(s, "b", 1, NETS("11.11.0.2")), -1);
	assert_non_null(strstr(e.text, "'a'"));
	/* A honeypot's key must not open the feed. */
	assert_int_equal(site_add_subscriber(s, &soc, &e), -1);
	assert_non_null(strstr(e.text, "'a'"));
	assert_int_equal(site_add_subscriber(s, &noc, &e), 0);
	snprintf(noc.name, sizeof(noc.name), "noc2");
	assert_int_equal(site_add_subscriber(s, &noc, &e), -1);
	assert_non_null(strstr(e.text, "'noc'"));
	site_free(s);
}

static void
a_detector_s_key_is_set_once(void **state)
{
	struct detector_option o = {.detector = "sweep", .name = "servers"};
	struct site *s = lab();

	(void)state;
	o.value = strdup("10");
	o.place = strdup("a.conf:1");
	assert_int_equal(site_add_option(s, &o, &e), 0);
	o.value = strdup("11");
	o.place = strdup("a.conf:2");
	assert_int_equal(site_add_option(s, &o, &e), -1);
	assert_non_null(strstr(e.text, "a.conf:1"));
	assert_int_equal(s->n_option, 1);
	site_free(s);
}

static void
a_flow_s_server_has_the_class_or_the_lower_port(void **state)
{
	struct site *s = site_new();

	(void)state;
	assert_true(site_dst_serves(s, 40000, 80));
	assert_false(site_dst_serves(s, 80, 40000));
	assert_true(site_dst_serves(s, 1024, 6667));
	assert_false(site_dst_serves(s, 6667, 1024));
	assert_true(site_dst_serves(s, 6667, 22));
	assert_true(site_dst_serves(s, 5000, 5000));
	site_free(s);
}

/* Random networks of random owners, against a list that is searched. */
static void
many_ranges_answer_as_a_plain_list_does(void **state)
{
	struct nets plain = {0};
	uint32_t owner[500];
	struct ranges r = {0};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 3000; i++) {
		struct net n = {.len = (uint8_t)(128 - i % 5)};
		struct addr at = {0};
		uint32_t mine = (uint32_t)(i % 7), other;
		bool taken = false;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		n.a.b[15] = (uint8_t)(seed >> 40);
		n.a.b[3] = (uint8_t)(seed >> 60);
		net_clear(&n);
		for (size_t k = 0; k < plain.n; k++)
			taken |= owner[k] != mine &&
				 (net_has(&plain.net[k], &n.a) ||
				     net_has(&n, &plain.net[k].a));
		if (plain.n < 500) {
			assert_int_equal(ranges_add(&r, &n, mine, &other),
			    taken ? RANGES_TAKEN : RANGES_ADDED);
			if (!taken) {
				owner[plain.n] = mine;
				nets_add(&plain, &n);
			}
		}
		at.b[15] = (uint8_t)(seed >> 32);
		at.b[3] = (uint8_t)(seed >> 61);
		const struct range *found = ranges_find(&r, &at);

		assert_int_equal(nets_have(&plain, &at), found != NULL);
		for (size_t k = 0; found != NULL && k < plain.n; k++)
			if (net_has(&plain.net[k], &at))
				assert_int_equal(owner[k], found->owner);
	}
	assert_true(plain.n > 100);
	nets_fini(&plain);
	ranges_fini(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_new_site_knows_the_four_classes),
	    cmocka_unit_test(a_class_can_be_replaced_or_added),
	    cmocka_unit_test(direction_goes_by_the_home_networks),
	    cmocka_unit_test(without_a_honeynet_everything_is_stray),
	    cmocka_unit_test(a_direction_has_a_name_that_can_be_read),
	    cmocka_unit_test(homes_of_two_honeynets_never_overlap),
	    cmocka_unit_test(a_honeynet_may_name_a_part_of_itself_again),
	    cmocka_unit_test(names_are_taken_once),
	    cmocka_unit_test(every_address_of_a_honeypot_leads_to_it),
	    cmocka_unit_test(an_address_has_one_honeypot),
	    cmocka_unit_test(a_honeypot_is_at_home),
	    cmocka_unit_test(a_key_has_one_owner),
	    cmocka_unit_test(a_detector_s_key_is_set_once),
	    cmocka_unit_test(a_flow_s_server_has_the_class_or_the_lower_port),
	    cmocka_unit_test(many_ranges_answer_as_a_plain_list_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
