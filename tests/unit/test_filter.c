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

static struct record
synack(void)
{
	struct record r = syn();

	r.src = addr("79.115.103.225");
	r.dst = addr("11.11.79.67");
	r.sport = 6667;
	r.dport = 40000;
	r.flags = TCP_SYN | TCP_ACK;
	r.hook = HOOK_IN;
	r.in_if = "eth0";
	r.out_if = NULL;
	return r;
}

struct row {
	const char *text;
	bool expected;
};

static void
check_rows(const struct row *row, size_t n, const struct record *r)
{
	for (size_t i = 0; i < n; i++)
		check(row[i].text, r, row[i].expected);
}

#define CHECK(rows, r) check_rows(rows, sizeof(rows) / sizeof(*rows), r)

static void
each_field_looks_at_its_column(void **state)
{
	static const struct row rows[] = {
	    {"host 11.11.79.67", true},
	    {"host 79.115.103.225", true},
	    {"src host 11.11.79.67", true},
	    {"dst host 11.11.79.67", false},
	    {"host 11.11.79.68", false},
	    {"net 79.115.0.0/16", true},
	    {"src net 79.115.0.0/16", false},
	    {"dst net 79.115.103.225", true},
	    {"net 0.0.0.0/0", true},
	    {"net ::/0", true},
	    {"net 2001:db8::/32", false},
	    {"port 6667", true},
	    {"port 40000", true},
	    {"src port 6667", false},
	    {"dst port 6660-6669", true},
	    {"dst port 6668-6669", false},
	    {"dst port 0-65535", true},
	    {"class irc", true},
	    {"class ssh", false},
	    {"src class irc", false},
	    {"dst class irc", true},
	    {"direction out", true},
	    {"direction in", false},
	    {"flags syn", true},
	    {"flags synack", false},
	    {"hook out", true},
	    {"hook in", false},
	    {"proto tcp", true},
	    {"proto 6", true},
	    {"proto udp", false},
	    {"sensor pot1", true},
	    {"sensor pot", false},
	    {"interface eth0", true},
	    {"interface eth", false},
	    {"prefix 'synhive out '", true},
	    {"prefix synhive", true},
	    {"prefix out", false},
	    {"packets 3", true},
	    {"packets > 1", true},
	    {"packets > 3", false},
	    {"octets <= 180", true},
	    {"octets < 180", false},
	    {"ttl != 64", false},
	    {"ttl == 64", true},
	    {"window >= 29200", true},
	    {"uid = 1000", true},
	    {"mark 0x10000", true},
	    {"mark 65536", true},
	};
	struct record r = syn();

	(void)state;
	CHECK(rows, &r);
}

static void
an_answer_s_client_is_its_destination(void **state)
{
	static const struct row rows[] = {
	    {"client host 11.11.79.67", true},
	    {"server host 79.115.103.225", true},
	    {"src host 79.115.103.225", true},
	    {"client host 79.115.103.225", false},
	    {"server port 6667", true},
	    {"client port 6667", false},
	    {"class irc", true},
	    {"server class irc", true},
	    {"client class irc", false},
	    {"direction out", true},
	    {"direction in", false},
	};
	struct record r = synack();

	(void)state;
	CHECK(rows, &r);
	r.flags = TCP_RST | TCP_ACK;
	CHECK(rows, &r);
	check("flags rst", &r, true);
	r = syn();
	check("client host 11.11.79.67 server port 6667", &r, true);
}

static void
without_flags_the_class_or_the_lower_port_serves(void **state)
{
	struct record r = synack();

	(void)state;
	r.has = 0;
	check("direction out and class irc and server port 6667", &r, true);
	check("flags [syn synack rst]", &r, false);
	r.sport = 40001;
	r.dport = 9000;
	check("direction in and server port 9000", &r, true);
}

static void
a_column_that_is_not_known_matches_no_comparison(void **state)
{
	static const struct row rows[] = {
	    {"packets >= 0", false},
	    {"packets != 7", false},
	    {"not packets = 7", true},
	    {"ttl < 255", false},
	    {"uid = 0", false},
	    {"mark != 1", false},
	    {"sensor pot1", false},
	    {"interface eth0", false},
	    {"prefix synhive", false},
	    {"hook [in out forward egress]", false},
	    {"flags [syn, synack, rst]", false},
	    {"host 11.11.79.67", true},
	};
	struct record r = syn();
	struct filter_subject s = {.record = &r};

	(void)state;
	r.has = 0;
	r.hook = HOOK_NONE;
	r.out_if = r.prefix = NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter *f = filter_parse(rows[i].text, site, NULL);

		assert_non_null(f);
		if (filter_match(f, &s) != rows[i].expected)
			fail_msg("%s", rows[i].text);
		filter_free(f);
	}
}

static void
lists_may_be_written_in_any_of_their_forms(void **state)
{
	static const struct row rows[] = {
	    {"port in [22, 6660-6669]", true},
	    {"port [22 6660-6669]", true},
	    {"port in [22,6660-6669]", true},
	    {"port in 6667", true},
	    {"port [6667]", true},
	    {"port in [22, 80]", false},
	    {"host in [1.2.3.4, 79.115.103.225]", true},
	    {"net in [1.0.0.0/8 79.0.0.0/8 2001:db8::/32]", true},
	    {"net [1.0.0.0/8, 2.0.0.0/8, 79.115.103.224/31]", true},
	    {"class in [ssh, irc]", true},
	    {"class [ssh ident]", false},
	    {"direction in [in, out]", true},
	    {"direction [in within]", false},
	    {"direction in out", true},
	    {"direction in in", false},
	    {"direction in and port 6667", false},
	    {"hook in [in, out]", true},
	    {"hook in", false},
	    {"sensor in [pot2, 'pot1']", true},
	    {"proto in [1, 6, 17]", true},
	    {"interface [eth1 eth0]", true},
	};
	struct record r = syn();

	(void)state;
	CHECK(rows, &r);
}

static void
words_bind_as_everywhere(void **state)
{
	static const struct row rows[] = {
	    {"", true},
	    {"  # only a comment", true},
	    {"not host 1.2.3.4", true},
	    {"not not port 6667", true},
	    {"not not not port 6667", false},
	    {"! port 6667", false},
	    {"!port 6667 or !!port 6667", true},
	    {"port 6667 or port 22 and port 23", true},
	    {"(port 6667 or port 22) and port 23", false},
	    {"port 22 port 6667", false},
	    {"port 6667 port 40000", true},
	    {"port 6667 not port 22", true},
	    {"not port 22 and port 6667", true},
	    {"not (port 22 and port 6667)", true},
	    {"not (port 40000 and port 6667)", false},
	    {"not (port 22 or port 6667)", false},
	    {"PORT 6667 AND Direction OUT AND NOT Flags SYNACK", true},
	    {"port 6667 # and port 22\n and port 40000", true},
	    {"((((port 6667))))", true},
	    {"port 22 or (port 23 or (port 24 or port 6667))", true},
	};
	struct record r = syn();

	(void)state;
	CHECK(rows, &r);
}

static void
the_examples_of_the_manual_are_understood(void **state)
{
	struct record r = syn();

	(void)state;
	check("src net 11.11.0.0/16 and not dst net 11.11.0.0/16 and "
	      "dst port in [22, 6660-6669]",
	    &r, true);
	check("host 79.115.103.225 and packets > 1", &r, true);
	check("direction out and class irc", &r, true);
	check("@victim-browsing", &r, true);
	r.src = addr("189.22.36.165");
	r.dport = 80;
	check("@victim-browsing", &r, false);
}

static void
ipv6_is_matched_as_ipv4_is(void **state)
{
	static const struct row rows[] = {
	    {"host 2001:db8::5", true},
	    {"src net 2001:db8::/33", true},
	    {"src net 2001:db8:8000::/33", false},
	    {"net [10.0.0.0/8, 2001:db9::/32]", true},
	    {"direction out", true},
	    {"net 0.0.0.0/0", false},
	};
	struct record r = syn();

	(void)state;
	r.src = addr("2001:db8::5");
	r.dst = addr("2001:db9::1");
	CHECK(rows, &r);
	/* An IPv4-mapped address is the IPv4 address. */
	r.src = addr("11.11.79.67");
	check("host ::ffff:11.11.79.67", &r, true);
}

static void
named_filters_may_use_each_other(void **state)
{
	struct record r = syn();

	(void)state;
	check("@ssh-out", &r, false);
	check("not @twice", &r, true);
	check("@nothing", &r, true);
	check("not @nothing", &r, false);
	check("@nothing and @ 'nothing' port 6667", &r, true);
	r.dport = 22;
	check("@twice", &r, true);
	check("(@ssh-out) host 11.11.79.67", &r, true);
}

static void
no_filter_matches_everything(void **state)
{
	struct record r = syn();
	struct filter_subject s = {.record = &r};

	(void)state;
	assert_true(filter_match(NULL, &s));
	assert_int_equal(filter_needs_hosts(NULL, NULL, 0), 0);
	filter_free(NULL);
}

static void
a_connection_is_matched_as_its_syn_would_be(void **state)
{
	static const struct {
		const char *text;
		bool expected;
	} rows[] = {
	    {"src host 11.11.79.67 and dst port 22", true},
	    {"client port 40000 and server host 1.2.3.4", true},
	    {"direction out class ssh flags syn", true},
	    {"flags synack", false},
	    {"sensor pot2", true},
	    {"proto tcp", true},
	    {"packets > 0", false},
	};
	struct addr client = addr("11.11.79.67"), server = addr("1.2.3.4");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter *f = filter_parse(rows[i].text, site, NULL);

		assert_non_null(f);
		if (filter_match_connection(f, &client, 40000, &server, 22,
			"pot2") != rows[i].expected)
			fail_msg("%s", rows[i].text);
		filter_free(f);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, free_site)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_field_looks_at_its_column),
	    TEST(an_answer_s_client_is_its_destination),
	    TEST(without_flags_the_class_or_the_lower_port_serves),
	    TEST(a_column_that_is_not_known_matches_no_comparison),
	    TEST(lists_may_be_written_in_any_of_their_forms),
	    TEST(words_bind_as_everywhere),
	    TEST(the_examples_of_the_manual_are_understood),
	    TEST(ipv6_is_matched_as_ipv4_is),
	    TEST(named_filters_may_use_each_other),
	    TEST(no_filter_matches_everything),
	    TEST(a_connection_is_matched_as_its_syn_would_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
