/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <cmocka.h>

#include "tests/unit/conf_load.h"

static void
each_type_becomes_its_value(void **state)
{
	static const char text[] = "string = \"two words\"\n"
				   "path = /var/lib/x\n"
				   "endpoint = tcp://10.9.0.2:7761\n"
				   "strings = {eth0, 'eth1'}\n"
				   "small = 65535\n"
				   "number = 0x10000\n"
				   "size = 64MiB\n"
				   "duration = 500ms\n"
				   "time = 2005-02-26\n"
				   "word = blue\n"
				   "key = 00112233445566778899aabbccddeeff"
				   "00112233445566778899aabbccddeeff\n"
				   "nets = {10.0.0.0/8, \"2001:db8::/32\"}\n"
				   "ports = '22, 6660-6669'\n";
	struct all all;

	(void)state;
	if (load(text, &all) == -1)
		fail_msg("%s", e.text);
	assert_string_equal(all.string, "two words");
	assert_string_equal(all.path, "/var/lib/x");
	assert_string_equal(all.endpoint, "tcp://10.9.0.2:7761");
	assert_int_equal(all.strings.n, 2);
	assert_string_equal(all.strings.text[1], "eth1");
	assert_int_equal(all.small, 65535);
	assert_int_equal(all.number, 0x10000);
	assert_int_equal(all.size, 64 * 1024 * 1024);
	assert_true(all.duration == 500 * NS_PER_MS);
	assert_true(all.time == INT64_C(1109376000) * NS_PER_SEC);
	assert_int_equal(all.word, 2);
	assert_int_equal(all.key.b[31], 0xff);
	assert_int_equal(all.nets.n, 2);
	assert_int_equal(all.nets.net[1].len, 32);
	assert_true(ports_have(&all.ports, 6665));
	conf_release(options, &all);
	assert_null(all.string);
	assert_int_equal(all.strings.n, 0);
}

static void
a_value_that_is_none_is_refused_with_place_and_reason(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"string = ''", ":1: 'string' is empty"},
	    {"path = var/lib", "'path' must be a path from the root, not "
			       "'var/lib'"},
	    {"path = ''", "'path' must be"},
	    {"strings = {a, ''}", "'strings' is empty"},
	    {"small = 0", "'small' must be a number from 1 to 65535, not '0'"},
	    {"small = 65536", "from 1 to 65535, not '65536'"},
	    {"small = 5x", "not '5x'"},
	    {"small = ' 5'", "not ' 5'"},
	    {"small = '-5'", "not '-5'"},
	    {"number = 4294967296", "not '4294967296'"},
	    {"number = 99999999999999999999", "not '99999999999999999999'"},
	    {"size = 64", "with its unit (B, KiB, MiB, GiB), like 64MiB, not "
			  "'64'"},
	    {"size = 64MB", "with its unit"},
	    {"size = 1B", "'size' must be 1KiB to 1024GiB, not '1B'"},
	    {"size = 99999999999999999GiB", "with its unit"},
	    {"duration = 30", "with its unit (ns, us, ms, s, m, h, d, w), like "
			      "30s, not '30'"},
	    {"duration = 1us", "'duration' must be 1ms to 90d, not '1us'"},
	    {"duration = 91d", "not '91d'"},
	    {"time = tomorrow", "must be a date like 2027-06-30"},
	    {"word = geen", "must be one of red, green, blue, not 'geen'; did "
			    "you mean 'green'?"},
	    {"word = Red", "must be one of"},
	    {"key = abc", "'key' must be a public key of 64 hex digits"},
	    {"key = 00000000000000000000000000000000000000000000000000000000"
	     "00000000",
		"'key' is all zero"},
	    {"nets = 10.0.0.1/8", "10.0.0.1/8 has bits set behind its length; "
				  "did you mean 10.0.0.0/8?"},
	    {"nets = {10.0.0.0/8, lab}", "'lab' is neither an address nor"},
	    {"ports = '22, ssh'", "'ports': 'ssh' is neither a port"},
	};
	struct all all;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (load(rows[i].text, &all) == 0)
			fail_msg("%s was accepted", rows[i].text);
		conf_release(options, &all);
		assert_int_equal(e.code, EX_CONFIG);
		assert_non_null(strstr(e.text, "/a.conf:1: "));
		if (strstr(e.text, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
	}
}

static void
endpoints_have_an_address_and_a_port(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
	    {"tcp://10.9.0.2:7761", true},
	    {"tcp://0.0.0.0:1", true},
	    {"tcp://*:65535", true},
	    {"tcp://[2001:db8::1]:7761", true},
	    {"tcp://[::]:7761", true},
	    {"ipc:///run/synhive/feed", true},
	    {"ipc://@abstract", true},
	    {"tcp://10.9.0.2", false},
	    {"tcp://10.9.0.2:", false},
	    {"tcp://10.9.0.2:0", false},
	    {"tcp://10.9.0.2:65536", false},
	    {"tcp://10.9.0.2:1-2", false},
	    {"tcp://10.9.0.2:1-1", false},
	    {"tcp://:7761", false},
	    {"tcp://2001:db8::1:7761", false},
	    {"tcp://[10.9.0.2]:7761", false},
	    {"tcp://[]:7761", false},
	    {"tcp://[2001:db8::1]", false},
	    {"tcp://aggregator:7761", false},
	    {"udp://10.9.0.2:7761", false},
	    {"10.9.0.2:7761", false},
	    {"ipc://", false},
	    {"", false},
	};
	char text[256];
	struct all all;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text), "endpoint = \"%s\"", rows[i].text);
		if ((load(text, &all) == 0) != rows[i].good)
			fail_msg("%s", rows[i].text);
		conf_release(options, &all);
	}
	/* sockaddr_un has no room for more. */
	snprintf(text, sizeof(text), "endpoint = \"ipc://%0107d\"", 0);
	assert_int_equal(load(text, &all), 0);
	conf_release(options, &all);
	snprintf(text, sizeof(text), "endpoint = \"ipc://%0108d\"", 0);
	assert_int_equal(load(text, &all), -1);
}

static void
sections_come_in_the_order_of_the_file(void **state)
{
	struct conf *c = open_text("pot b { string = 1 }\n"
				   "free x { }\n"
				   "small = 5\n"
				   "pot a\n{\n"
				   "\tstring = 2\n"
				   "\tnets = 10.0.0.0/8\n"
				   "}\n");
	const struct conf_section *s;
	char place[CONF_PLACE_MAX];
	struct all all = {0};

	(void)state;
	assert_non_null(c);
	s = conf_next(c, "pot", NULL);
	assert_string_equal(conf_title(s), "b");
	assert_true(conf_has(s, "string"));
	assert_false(conf_has(s, "nets"));
	s = conf_next(c, "pot", s);
	assert_string_equal(conf_title(s), "a");
	assert_non_null(strstr(conf_place(s, NULL, place), "/a.conf:5"));
	assert_non_null(strstr(conf_place(s, "nets", place), "/a.conf:7"));
	assert_int_equal(conf_fill(s, pot_options, &all, &e), 0);
	assert_string_equal(all.string, "2");
	conf_release(pot_options, &all);
	assert_null(conf_next(c, "pot", s));
	assert_non_null(conf_next(c, "free", NULL));
	conf_close(c);
}

static void
a_missing_key_names_its_section(void **state)
{
	struct conf *c = open_text("\npot a { }\n");
	struct all all = {0};

	(void)state;
	assert_non_null(c);
	assert_int_equal(
	    conf_fill(conf_next(c, "pot", NULL), pot_options, &all, &e), -1);
	assert_non_null(strstr(e.text, "/a.conf:2: pot 'a' has no 'string'"));
	conf_close(c);
}

static void
a_free_section_keeps_its_keys_with_their_lines(void **state)
{
	struct conf *c = open_text("free sweep {\n"
				   "\tservers = 10  window = 60s\n"
				   "\n"
				   "\tports = \"53, 80\"\n"
				   "}\n"
				   "free other { x = y }\n");
	const struct conf_section *s;
	const char *key, *value;
	char place[CONF_PLACE_MAX];

	(void)state;
	assert_non_null(c);
	s = conf_next(c, "free", NULL);
	assert_true(conf_pair(s, 0, &key, &value));
	assert_string_equal(key, "servers");
	assert_string_equal(value, "10");
	assert_true(conf_pair(s, 2, &key, &value));
	assert_string_equal(key, "ports");
	assert_string_equal(value, "53, 80");
	assert_non_null(strstr(conf_place(s, "ports", place), ":4"));
	assert_non_null(strstr(conf_place(s, "window", place), ":2"));
	assert_false(conf_pair(s, 3, &key, &value));
	conf_close(c);
}

static void
included_files_count_as_if_they_stood_there(void **state)
{
	struct all all;
	char path[FILE_PATH_MAX];

	(void)state;
	mkdir(path_of("conf.d", path), 0700);
	write_file("conf.d/b.conf", "small = 7\ninclude = c.conf\n");
	write_file("conf.d/c.conf", "pot deep { string = x }\n");
	write_file("d.conf", "\nnumber = 9\n");
	assert_int_equal(load("include = {conf.d/b.conf, d.conf}\n"
			      "string = top\n",
			     &all),
	    0);
	assert_int_equal(all.small, 7);
	assert_int_equal(all.number, 9);
	assert_string_equal(all.string, "top");
	conf_release(options, &all);
}

static void
an_error_in_an_included_file_names_both(void **state)
{
	struct all all;

	(void)state;
	write_file("b.conf", "\n\nsmall = x");
	assert_int_equal(load("\ninclude = b.conf", &all), -1);
	assert_non_null(strstr(e.text, "/b.conf:3: 'small'"));
	write_file("b.conf", "smal = 1");
	assert_int_equal(load("\ninclude = b.conf", &all), -1);
	assert_non_null(strstr(e.text, "/a.conf:2: "));
	assert_non_null(strstr(e.text, "/b.conf:1: unknown key 'smal'"));
	assert_int_equal(load("\ninclude = none.conf", &all), -1);
	assert_non_null(strstr(e.text, "/a.conf:2: "));
	assert_non_null(strstr(e.text, "none.conf"));
	assert_int_equal(e.code, EX_NOINPUT);
	write_file("b.conf", "small = 1");
	assert_int_equal(load("small = 2\ninclude = b.conf", &all), -1);
	assert_non_null(strstr(e.text, "/b.conf:1: 'small' is set in "));
	assert_non_null(strstr(e.text, "/a.conf:1 already"));
	write_file("b.conf", "pot a { string = x }");
	assert_int_equal(
	    load("pot a { string = y }\ninclude = b.conf", &all), -1);
	assert_non_null(strstr(e.text, "there is a pot 'a' already in"));
}

static void
a_file_is_included_once(void **state)
{
	struct all all;
	char path[FILE_PATH_MAX], link[FILE_PATH_MAX];

	(void)state;
	assert_int_equal(load("include = a.conf", &all), -1);
	assert_non_null(strstr(e.text, "included more than once"));
	write_file("b.conf", "include = a.conf");
	assert_int_equal(load("include = b.conf", &all), -1);
	assert_non_null(strstr(e.text, "included more than once"));
	assert_int_equal(
	    symlink(path_of("b.conf", path), path_of("l.conf", link)), 0);
	write_file("b.conf", "");
	assert_int_equal(load("include = {b.conf, l.conf}", &all), -1);
	assert_non_null(strstr(e.text, "included more than once"));
}

static void
files_go_to_their_limit_and_no_further(void **state)
{
	char name[24], text[CONF_FILES_MAX * 16] = "include = {";
	struct all all;

	(void)state;
	for (int i = 1; i < CONF_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "f%d.conf", i);
		write_file(name, "");
		strcat(text, name);
		strcat(text, ",");
	}
	strcat(text, "}");
	assert_int_equal(load(text, &all), 0);
	write_file("f1.conf", "include = one-more.conf");
	write_file("one-more.conf", "");
	assert_int_equal(load(text, &all), -1);
	assert_non_null(strstr(e.text, "more than 64 configuration files"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_type_becomes_its_value),
	    TEST(a_value_that_is_none_is_refused_with_place_and_reason),
	    TEST(endpoints_have_an_address_and_a_port),
	    TEST(sections_come_in_the_order_of_the_file),
	    TEST(a_missing_key_names_its_section),
	    TEST(a_free_section_keeps_its_keys_with_their_lines),
	    TEST(included_files_count_as_if_they_stood_there),
	    TEST(an_error_in_an_included_file_names_both),
	    TEST(a_file_is_included_once),
	    TEST(files_go_to_their_limit_and_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
