/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "agent/rules_diff.h"
#include "agent/rules_text.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* As nft lists it, with what it adds. */
static const char standing[] =
    "table inet synhive {\n"
    "\tcounter seen_out {\n"
    "\t\tpackets 17 bytes 1020\n"
    "\t}\n"
    "\n"
    "\tset home4 {\n"
    "\t\ttype ipv4_addr\n"
    "\t\tflags interval\n"
    "\t\telements = { 10.0.0.0/8, 11.11.0.0/16,\n"
    "\t\t\t     192.0.2.1 }\n"
    "\t}\n"
    "\n"
    "\tchain output {\n"
    "\t\ttype filter hook output priority -310; policy accept;\n"
    "\t\toif \"lo\" return\n"
    "\t\ttcp dport 22 counter name \"seen_out\"\n"
    "\t\ttcp dport 23 counter name \"seen_out\"\n"
    "\t}\n"
    "}\n"
    "table netdev synhive {\n"
    "\tchain egress {\n"
    "\t\ttype filter hook egress devices = { eth0, lo } priority 0; "
    "policy accept;\n"
    "\t}\n"
    "}\n";

/* 'text' with the first 'from' in it replaced; the caller frees. */
static char *
edit(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out;

	assert_non_null(at);
	assert_true(asprintf(&out, "%.*s%s%s", (int)(at - text), text, to,
			at + strlen(from)) != -1);
	return out;
}

/* Compare 'standing' with what is left of it after an edit. */
static int
diff_edited(const char *from, const char *to, struct err *e)
{
	char *text = edit(standing, from, to);
	char *expected = rules_flatten(standing), *got = rules_flatten(text);
	int rc = rules_diff(expected, got, e);

	free(text);
	free(expected);
	free(got);
	return rc;
}

static void
assert_complaint(const char *from, const char *to, const char *complaint)
{
	struct err e = {.code = 0};

	assert_int_equal(diff_edited(from, to, &e), -1);
	assert_int_equal(e.code, EX_CONFIG);
	assert_string_equal(e.text, complaint);
}

static void
what_nft_adds_makes_no_difference(void **state)
{
	static const struct {
		const char *from, *to;
	} row[] = {
	    {"packets 17 bytes 1020", "packets 0 bytes 0"},
	    {"\t\tpackets 17 bytes 1020\n", ""},
	    {"{ eth0, lo }", "{ \"eth0\", \"lo\" }"},
	    {",\n\t\t\t     192.0.2.1", ", 192.0.2.1"},
	    {"\n\n", "\n"},
	    {"table inet synhive {", "# a comment\nadd table inet "
				     "synhive\nflush table inet synhive\n"
				     "table inet synhive {"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (diff_edited(row[i].from, row[i].to, &e) != 0)
			fail_msg("%s: %s", row[i].to, e.text);
}

static void
a_difference_is_said_with_its_place(void **state)
{
	(void)state;
	assert_complaint("\t\ttcp dport 22 counter name \"seen_out\"\n", "",
	    "nft: table inet synhive, chain output: this line is missing or "
	    "changed: tcp dport 22 counter name \"seen_out\"");
	assert_complaint("dport 23", "dport 24",
	    "nft: table inet synhive, chain output: this line is missing or "
	    "changed: tcp dport 23 counter name \"seen_out\"");
	assert_complaint("\t\ttcp dport 22", "\t\taccept\n\t\ttcp dport 22",
	    "nft: table inet synhive, chain output: this line should not be "
	    "there: accept");
	assert_complaint("11.11.0.0/16", "11.12.0.0/16",
	    "nft: table inet synhive, set home4: this line is missing or "
	    "changed: elements = { 10.0.0.0/8, 11.11.0.0/16, 192.0.2.1 }");
	assert_complaint("-310", "0",
	    "nft: table inet synhive, chain output: this line is missing or "
	    "changed: type filter hook output priority -310; policy accept;");
}

static void
a_missing_table_is_said(void **state)
{
	char *expected = rules_flatten(standing);
	struct err e;

	(void)state;
	assert_int_equal(rules_diff(expected, "", &e), -1);
	assert_string_equal(e.text, "nft: table inet synhive is missing");
	assert_int_equal(rules_diff("", expected, &e), -1);
	assert_string_equal(
	    e.text, "nft: table inet synhive should not be there");
	assert_int_equal(rules_diff("", "", &e), 0);
	free(expected);
}

static void
only_rules_elements_and_devices_can_be_replaced(void **state)
{
	static const struct {
		const char *from, *to;
		bool shape, devices;
	} row[] = {
	    {"dport 23", "dport 24", true, true},
	    {"\t\ttcp dport 23", "\t\taccept\n\t\ttcp dport 23", true, true},
	    {"11.11.0.0/16", "11.12.0.0/16", true, true},
	    {"devices = { eth0, lo }", "device \"eth0\"", true, false},
	    {"-310", "0", false, true},
	    {"hook output", "hook input", false, true},
	    {"chain output", "chain other", false, true},
	    {"counter seen_out", "counter seen", false, true},
	    {"set home4", "set home6", false, true},
	    {"flags interval", "flags timeout", false, true},
	    {"table netdev", "table bridge", false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char *text = edit(standing, row[i].from, row[i].to);
		char *a = rules_flatten(standing), *b = rules_flatten(text);

		if (rules_same_shape(a, b) != row[i].shape ||
		    rules_same_shape(b, a) != row[i].shape ||
		    rules_same_devices(a, b) != row[i].devices)
			fail_msg("%s", row[i].to);
		free(text);
		free(a);
		free(b);
	}
}

/* The text for a plan of 'home' (NULL: a host); the caller frees. */
static char *
print_plan(enum rules_phase phase, const char *const home[], size_t n)
{
	struct agent_config c = {.group = 5, .group_in = 6, .mark = 0x20000};
	struct rules_plan p;
	struct err e;
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < n; i++) {
		struct net one;

		assert_int_equal(net_parse(home[i], &one), 0);
		assert_int_equal(nets_add(&c.home, &one), 0);
	}
	assert_int_equal(rules_plan_init(&p, &c, &e), 0);
	/* Not those of the machine that runs the test. */
	strcpy(p.device[0], "eth0");
	strcpy(p.device[1], "eth1");
	p.n_device = 2;
	rules_text_print(&p, phase, f);
	assert_int_equal(fclose(f), 0);
	rules_plan_fini(&p);
	nets_fini(&c.home);
	return text;
}

static size_t
count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
a_host_has_no_bridge_table_and_a_gateway_no_forward_chain(void **state)
{
	static const char *const home[] = {"11.11.0.0/16"};
	char *host = print_plan(RULES_LOGGING, NULL, 0);
	char *gateway = print_plan(RULES_LOGGING, home, 1);

	(void)state;
	assert_int_equal(count_of(host, "table bridge"), 0);
	assert_int_equal(count_of(host, "hook forward"), 1);
	assert_int_equal(count_of(host, "from_home"), 0);
	assert_non_null(strstr(gateway, "table bridge synhive {"));
	/* Only the bridge's: logging, and the mark. */
	assert_int_equal(count_of(gateway, "hook forward"), 2);
	assert_int_equal(count_of(gateway, "ip saddr @home4"), 2);
	assert_int_equal(count_of(gateway, "ip6 saddr"), 0);
	free(host);
	free(gateway);
}

static void
whatever_is_logged_is_counted_by_the_same_rule(void **state)
{
	static const char *const home[] = {"11.11.0.0/16", "2001:db8::/32"};
	char *text = print_plan(RULES_LOGGING, home, 2);
	size_t logged = 0;

	(void)state;
	for (char *line = strtok(text, "\n"); line != NULL;
	     line = strtok(NULL, "\n")) {
		if (strstr(line, " log prefix ") == NULL)
			continue;
		logged++;
		assert_int_equal(count_of(line, "counter name \"seen_"), 1);
		assert_int_equal(count_of(line, "log prefix \"synhive "), 1);
	}
	/* output, prerouting, from_home; the bridge's two; egress */
	assert_int_equal(logged, 5 * 3 + 1);
	free(text);
}

static void
the_blind_phase_counts_the_same_packets_and_logs_none(void **state)
{
	char *logging = print_plan(RULES_LOGGING, NULL, 0);
	char *blind = print_plan(RULES_BLIND, NULL, 0);

	(void)state;
	assert_int_equal(count_of(blind, " log "), 0);
	assert_int_equal(count_of(blind, "name \"seen_"), 0);
	assert_int_equal(count_of(blind, "counter name \"blind_"),
	    count_of(logging, "counter name \"seen_"));
	free(logging);
	free(blind);
}

static void
the_phases_have_the_same_shape(void **state)
{
	char *logging = print_plan(RULES_LOGGING, NULL, 0);
	char *blind = print_plan(RULES_BLIND, NULL, 0);
	char *a = rules_flatten(logging), *b = rules_flatten(blind);

	(void)state;
	assert_true(rules_same_shape(a, b));
	assert_true(rules_same_devices(a, b));
	assert_int_equal(rules_diff(a, b, NULL), -1);
	free(logging);
	free(blind);
	free(a);
	free(b);
}

static void
the_mark_is_the_configured_bit_everywhere(void **state)
{
	char *text = print_plan(RULES_LOGGING, NULL, 0);

	(void)state;
	assert_int_equal(count_of(text, "0x00020000"), 3);
	assert_int_equal(count_of(text, "0x00010000"), 0);
	free(text);
}

static void
home_networks_are_sorted_and_hold_no_others(void **state)
{
	static const char *const home[] = {"192.0.2.1", "11.11.3.0/24",
	    "2001:db8:1::/48", "11.11.0.0/16", "2001:db8::/32", "11.11.0.0/16"};
	char *text = print_plan(RULES_LOGGING, home, 6);

	(void)state;
	assert_int_equal(
	    count_of(text, "elements = { 11.11.0.0/16, 192.0.2.1 }"), 2);
	assert_int_equal(count_of(text, "elements = { 2001:db8::/32 }"), 2);
	free(text);
}

static void
a_mark_of_several_bits_is_refused(void **state)
{
	static const uint32_t bad[] = {0, 3, 0x30000, UINT32_MAX};
	struct rules_plan p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct agent_config c = {.mark = bad[i]};

		assert_int_equal(rules_plan_init(&p, &c, &e), -1);
		assert_int_equal(e.code, EX_CONFIG);
	}
}

static void
a_device_must_exist_and_its_name_is_no_nft(void **state)
{
	static const char *const bad[] = {
	    "nosuch0", "a\"; drop", "", "a-name-that-is-too-long"};
	struct rules_plan p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char name[32];
		struct agent_config c = {
		    .mark = 1, .device = {name}, .n_device = 1};

		snprintf(name, sizeof(name), "%s", bad[i]);
		assert_int_equal(rules_plan_init(&p, &c, &e), -1);
		assert_int_equal(e.code, EX_CONFIG);
		assert_non_null(strstr(e.text, bad[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_nft_adds_makes_no_difference),
	    cmocka_unit_test(a_difference_is_said_with_its_place),
	    cmocka_unit_test(a_missing_table_is_said),
	    cmocka_unit_test(only_rules_elements_and_devices_can_be_replaced),
	    cmocka_unit_test(
		a_host_has_no_bridge_table_and_a_gateway_no_forward_chain),
	    cmocka_unit_test(whatever_is_logged_is_counted_by_the_same_rule),
	    cmocka_unit_test(
		the_blind_phase_counts_the_same_packets_and_logs_none),
	    cmocka_unit_test(the_phases_have_the_same_shape),
	    cmocka_unit_test(the_mark_is_the_configured_bit_everywhere),
	    cmocka_unit_test(home_networks_are_sorted_and_hold_no_others),
	    cmocka_unit_test(a_mark_of_several_bits_is_refused),
	    cmocka_unit_test(a_device_must_exist_and_its_name_is_no_nft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
