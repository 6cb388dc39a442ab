/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/config.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <cmocka.h>

#include "tests/unit/files.h"

#define KEY_A "0b513ad9b4924015ca0902ed079044d3ac5dbec2306f06948c10da8eb6e39f2d"
#define KEY_B "4e9a1f6c5d2b8370aa41c0de93f5274b6e8d1c0f3a5b7992d4e6f80112233445"
#define LAB "honeynet lab { home = 11.11.0.0/16 }\n"

static struct err e;

static struct config *
load(const char *text)
{
	char path[FILE_PATH_MAX];

	write_file("aggregator.conf", text);
	memset(&e, 0, sizeof(e));
	return config_load(path_of("aggregator.conf", path), &e);
}

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
the_example_loads(void **state)
{
	struct config *c = config_load("docs/examples/aggregator.conf", &e);
	struct addr pot = addr("11.11.79.69"), mirror = addr("151.101.2.132");
	const struct site *s;

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.text);
	s = c->site;
	assert_string_equal(c->listen, "tcp://0.0.0.0:7761");
	assert_string_equal(c->feed, "tcp://0.0.0.0:7762");
	assert_string_equal(c->replay, "tcp://0.0.0.0:7763");
	assert_string_equal(c->control, "/run/synhive/control");
	assert_string_equal(c->key_file, "/etc/synhive/aggregator.key");
	assert_string_equal(c->store, "/var/lib/synhive");
	assert_string_equal(c->user, "synhive");
	assert_int_equal(c->keep_days, 90);
	assert_string_equal(site_honeynet(s, &pot)->name, "lab");
	assert_string_equal(site_honeypot(s, &pot)->name, "combo");
	assert_int_equal(s->n_sensor, 2);
	assert_int_equal(s->n_subscriber, 1);
	assert_string_equal(s->expected[0].owner, "ops");
	assert_string_equal(s->expected[0].reason, "package updates");
	assert_true(
	    s->expected[0].expires_ns == INT64_C(1814313600) * NS_PER_SEC);
	assert_true(filter_match_connection(
	    s->expected[0].match.filter, &pot, 40000, &mirror, 443, NULL));
	assert_false(filter_match_connection(
	    s->expected[0].match.filter, &pot, 40000, &mirror, 22, NULL));
	assert_non_null(site_filter(s, "victim-browsing")->filter);
	assert_int_equal(s->n_option, 2);
	assert_string_equal(s->option[1].detector, "sweep");
	assert_string_equal(s->option[1].name, "window");
	assert_string_equal(s->option[1].value, "60s");
	assert_non_null(
	    strstr(s->option[1].place, "docs/examples/aggregator.conf:"));
	config_free(c);
}

static void
an_empty_file_is_the_default(void **state)
{
	struct config *c = load(""), *d = config_default(&e);

	(void)state;
	assert_non_null(c);
	assert_non_null(d);
	assert_string_equal(c->listen, d->listen);
	assert_string_equal(c->store, CONFIG_STORE);
	assert_int_equal(c->keep_days, d->keep_days);
	assert_int_equal(c->ingest_memory, 256 * 1024 * 1024);
	assert_int_equal(c->feed_memory, 128 * 1024 * 1024);
	assert_int_equal(c->site->n_class, 4);
	assert_int_equal(c->site->n_honeynet, 0);
	config_free(c);
	config_free(d);
	config_free(NULL);
}

static void
the_order_of_the_sections_does_not_matter(void **state)
{
	struct config *c = load(
	    "expected x { match = \"@out class redis\" owner = o reason = r }\n"
	    "filter out { match = \"direction out and @all\" }\n"
	    "sensor a { key = " KEY_A " addresses = 11.11.0.1 }\n"
	    "honeypot combo { addresses = {11.11.0.1, 11.11.0.2} }\n"
	    "filter all { match = \"net 0.0.0.0/0\" }\n"
	    "class redis { ports = 6379 }\n" LAB);
	struct addr pot = addr("11.11.0.2"), peer = addr("1.2.3.4");

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.text);
	assert_true(filter_match_connection(
	    c->site->expected[0].match.filter, &pot, 40000, &peer, 6379, NULL));
	assert_false(filter_match_connection(
	    c->site->expected[0].match.filter, &peer, 40000, &pot, 6379, NULL));
	assert_true(c->site->expected[0].expires_ns == TIME_NONE);
	assert_false(c->site->expected[0].builtin);
	config_free(c);
}

static void
a_class_replaces_the_built_in_one(void **state)
{
	struct config *c = load("class ssh { ports = \"22, 2222\" }\n"
				"class irc-weak { ports = \"\" }\n");

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->site->n_class, 4);
	assert_true(site_in_class(c->site, "ssh", 2222));
	assert_false(site_in_class(c->site, "irc-weak", 6670));
	config_free(c);
}

struct mistake {
	const char *text, *says;
};

static void
assert_refused(const struct mistake *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (load(rows[i].text) != NULL)
			fail_msg("%s was accepted", rows[i].text);
		assert_int_equal(e.code, EX_CONFIG);
		if (strstr(e.text, rows[i].says) == NULL ||
		    strstr(e.text, "/aggregator.conf") == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
	}
}

static void
an_expectation_that_explains_nothing_is_refused(void **state)
{
	static const struct mistake rows[] = {
	    {"expected x { owner = o reason = r }", "has no 'match'"},
	    {"expected x { match = \"port 1\" reason = r }", "has no 'owner'"},
	    {"expected x { match = \"port 1\" owner = o }", "has no 'reason'"},
	    {"expected x { match = \"\" owner = o reason = r }",
		"'match' is empty"},
	    {"expected x { match = \"port 1\" owner = o reason = r\n"
	     "expires = soon }",
		":2: 'expires' must be a date"},
	    {"expected x { owner = o reason = r\n match = \"prot 5\" }",
		":2: 'match': column 1: unknown word 'prot'"},
	    {"expected x { owner = o reason = r\n match = \"@none\" }",
		":2: 'match': column 2: there is no filter 'none'"},
	    {"expected x { owner = o reason = r\n match = \"ttl 5\" }",
		":2: 'match': what is expected is a connection, and 'ttl'"},
	    {"expected x { owner = o reason = r match = \"@s\" }\n"
	     "filter s { match = \"port 1 and sensor pot1\" }",
		":1: 'match': what is expected is a connection, and 'sensor'"},
	    {"expected x { owner = o reason = r match = \"not expected\" }",
		":1: 'match': what is expected is a connection, and "
		"'expected'"},
	    {"expected x { owner = o reason = r match = \"port 1\"\n"
	     "schedule = \"dayly 03:00-04:00\" }",
		":2: 'schedule': 'dayly' is not 'daily', 'every' or days"},
	    {"expected agents-link { owner = o reason = r match = \"port 1\" }",
		":1: there is a expected 'agents-link' already"},
	};

	(void)state;
	assert_refused(rows, sizeof(rows) / sizeof(*rows));
}

static void
what_contradicts_itself_is_refused_with_its_line(void **state)
{
	static const struct mistake rows[] = {
	    {LAB "honeynet b { home = 11.11.5.0/24 }",
		":2: home network 11.11.5.0/24 of honeynet 'b' overlaps"},
	    {"honeynet b { }", ":1: honeynet 'b' has no 'home'"},
	    {"honeynet b { home = {} }", "has no 'home'"},
	    {LAB "sensor a { addresses = 11.11.0.1 }",
		":2: sensor 'a' has no 'key'"},
	    {LAB "sensor a { key = " KEY_A " }",
		":2: sensor 'a' has no 'addresses'"},
	    {LAB "sensor a { key = " KEY_A "\n addresses = 11.12.0.1 }",
		":3: 11.12.0.1/32 of sensor 'a' lies in no honeynet's home"},
	    {LAB "sensor a { key = " KEY_A " addresses = 0.0.0.0/0 }",
		"lies in no honeynet's home"},
	    {LAB "sensor a { key = " KEY_A " addresses = 11.11.0.1 }\n"
		 "sensor b { addresses = 11.11.0.2\n key = " KEY_A " }",
		":4: sensor 'b' has the same key as sensor 'a'"},
	    {LAB "subscriber s { key = " KEY_A " }\n"
		 "subscriber t { key = " KEY_A " }",
		":3: subscriber 't' has the same key as subscriber 's'"},
	    {LAB "subscriber s { key = " KEY_A " }\n"
		 "sensor a { key = " KEY_A " addresses = 11.11.0.1 }",
		":2: subscriber 's' has the same key as sensor 'a'"},
	    {LAB "honeypot x { addresses = {11.11.0.1, 11.11.0.2} }\n"
		 "honeypot y { addresses = 11.11.0.2 }",
		":3: 11.11.0.2/32 of honeypot 'y' belongs to honeypot 'x'"},
	    {LAB "honeypot x { addresses = 11.12.0.1 }",
		":2: 11.12.0.1/32 of honeypot 'x' lies in no honeynet's home"},
	    {"class x { }", ":1: class 'x' has no 'ports'"},
	    {"class x { ports = \"22, http\" }", "'http' is neither a port"},
	    {"\nfilter x { match = \"port 22 and\" }",
		":2: 'match': column 12: the filter ends"},
	    {"filter x { match = \"@x\" }", "'@x' is used inside '@x' itself"},
	    {"filter x { match = \"@y\" }\nfilter y { match = \"@x\" }",
		"is used inside"},
	    {"keep = 12h", "'keep' must be 1d to 36500d"},
	    {"ingest-memory = 1MiB", "'ingest-memory' must be 32MiB"},
	    {"listen = \"tcp://0.0.0.0:7762\"",
		":1: 'listen' and 'feed' are both tcp://0.0.0.0:7762"},
	    {"store = lib", "'store' must be a path from the root"},
	    {"subscribr x { }", "did you mean 'subscriber'?"},
	    {"sensor a { adresses = 11.11.0.1 }", "did you mean 'addresses'?"},
	    {"detector sweep { a2345678901234567890123456789012345678901234567"
	     "890123456789012345 = 1 }",
		"unknown key 'a234567890"},
	};

	(void)state;
	assert_refused(rows, sizeof(rows) / sizeof(*rows));
}

static void
the_agents_own_link_is_expected(void **state)
{
	struct addr pot = addr("11.11.0.1"), here = addr("10.9.0.2");
	struct config *c = load(LAB "listen = \"tcp://10.9.0.2:999\"\n"
				    "expected x { match = \"port 1\" owner = o "
				    "reason = r schedule = \"every 1h\" }");
	const struct expectation *x;

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->site->n_expected, 2);
	assert_string_equal(c->site->expected[0].schedule_text, "every 1h");
	assert_int_equal(
	    c->site->expected[0].schedule.every_ns / NS_PER_SEC, 3600);
	x = site_expected(c->site, &pot, 40000, &here, 999, 0);
	assert_ptr_equal(x, &c->site->expected[1]);
	assert_true(x->builtin);
	assert_string_equal(x->match.name, "agents-link");
	assert_null(site_expected(c->site, &pot, 40000, &here, 998, 0));
	config_free(c);
	c = load("listen = \"ipc:///run/x\"");
	assert_int_equal(c->site->n_expected, 0);
	config_free(c);
}

static void
a_place_without_a_line_is_never_named_line_0(void **state)
{
	(void)state;
	assert_null(load("replay = \"tcp://0.0.0.0:7761\""));
	assert_non_null(strstr(e.text, "aggregator.conf:1: "));
	assert_null(load("feed = \"tcp://0.0.0.0:7763\""));
	assert_null(strstr(e.text, ":0: "));
}

static void
a_missing_file_is_no_input(void **state)
{
	char path[FILE_PATH_MAX];

	(void)state;
	assert_null(config_load(path_of("none.conf", path), &e));
	assert_int_equal(e.code, EX_NOINPUT);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_example_loads),
	    TEST(an_empty_file_is_the_default),
	    TEST(the_order_of_the_sections_does_not_matter),
	    TEST(a_class_replaces_the_built_in_one),
	    TEST(what_contradicts_itself_is_refused_with_its_line),
	    TEST(an_expectation_that_explains_nothing_is_refused),
	    TEST(the_agents_own_link_is_expected),
	    TEST(a_place_without_a_line_is_never_named_line_0),
	    TEST(a_missing_file_is_no_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
