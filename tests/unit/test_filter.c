/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <cmocka.h>

static struct site *site;

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
name_filter(const char *name, const char *text)
{
	struct named_filter f = {.text = strdup(text)};

	snprintf(f.name, sizeof(f.name), "%s", name);
	assert_int_equal(site_add_filter(site, &f, NULL), 0);
}

static int
make_site(void **state)
{
	struct honeynet lab = {.name = "lab"};
	struct net one;

	(void)state;
	site = site_new();
	net_parse("11.11.0.0/16", &one);
	nets_add(&lab.home, &one);
	net_parse("2001:db8::/32", &one);
	nets_add(&lab.home, &one);
	if (site_add_honeynet(site, &lab, NULL) == -1)
		return -1;
	name_filter("victim-browsing",
	    "not ((src host 189.22.36.165 and dst port 80) or\n"
	    "     (dst host 189.22.36.165 and src port 80))");
	name_filter("ssh-out", "direction out class ssh");
	name_filter("twice", "@ssh-out or @ssh-out");
	name_filter("nothing", "");
	name_filter("self", "host 1.2.3.4 or @self");
	name_filter("chicken", "not @egg");
	name_filter("egg", "port 22 and (@chicken)");
	name_filter("broken", "port 22\nand prot 6");
	return 0;
}

static int
free_site(void **state)
{
	(void)state;
	site_free(site);
	return 0;
}

/* --- what is matched ---------------------------------------------------- */

/* An outbound SYN with everything known, and variations of it. */
static struct record
syn(void)
{
	return (struct record){
	    .src = addr("11.11.79.67"),
	    .dst = addr("79.115.103.225"),
	    .sport = 40000,
	    .dport = 6667,
	    .proto = 6,
	    .has = HAS_FLAGS | HAS_TTL | HAS_WINDOW | HAS_UID | HAS_MARK |
		   HAS_COUNTS,
	    .flags = TCP_SYN | TCP_ECE | TCP_CWR,
	    .hook = HOOK_OUT,
	    .ttl = 64,
	    .window = 29200,
	    .uid = 1000,
	    .mark = 0x10000,
	    .packets = 3,
	    .octets = 180,
	    .in_if = NULL,
	    .out_if = "eth0",
	    .prefix = "synhive out ",
	};
}

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

static bool
matches(const char *text, const struct record *r)
{
	struct filter_subject s = {.record = r, .sensor = "pot1"};
	struct err e;
	struct filter *f = filter_parse(text, site, &e);
	bool yes;

	if (f == NULL)
		fail_msg("%s: %s", text, e.text);
	yes = filter_match(f, &s);
	filter_free(f);
	return yes;
}

static void
check(const char *text, const struct record *r, bool expected)
{
	if (matches(text, r) != expected)
		fail_msg("%s", text);
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

/* --- what is refused ---------------------------------------------------- */

static void
an_error_names_the_word_and_its_column(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"dst prot 22", "column 5: unknown word 'prot'; did you mean "
			    "'port'?"},
	    {"hots 1.2.3.4", "column 1: unknown word 'hots'; did you mean "
			     "'host'?"},
	    {"port 22 and xyzzy 5", "column 13: unknown word 'xyzzy'"},
	    {"sr port 5", "did you mean 'src'?"},
	    {"src flags syn", "column 5: 'flags' has no 'src'"},
	    {"src", "column 4: the filter ends where host, net, port or class "
		    "should be"},
	    {"port", "column 5: the filter ends where a port"},
	    {"port 22 and", "column 12: the filter ends where a term"},
	    {"not", "column 4: the filter ends"},
	    {"port 65536", "column 6: there should be a port"},
	    {"port [22", "column 9: the filter ends where ']'"},
	    {"port [22,", "column 10: the filter ends where"},
	    {"port [22,]", "column 10: there should be a port"},
	    {"port []", "column 7: there should be a port"},
	    {"port [22 or 23]", "column 10: there should be a port"},
	    {"(port 22", "column 9: the filter ends where ')'"},
	    {"port 22)", "column 8: there should be the end of the filter, "
			 "not ')'"},
	    {"()", "column 2: there should be a term, not ')'"},
	    {"or port 22", "column 1: there should be a term, not 'or'"},
	    {"host 10.0.0.0/8", "column 6: '10.0.0.0/8' is a network; write "
				"'net 10.0.0.0/8'"},
	    {"host foo", "column 6: there should be an address, not 'foo'"},
	    {"net 10.1.0.0/8", "did you mean 10.0.0.0/8?"},
	    {"net 10.0.0.0/40", "column 5: there should be a network"},
	    {"1.2.3.4", "column 1: write 'host 1.2.3.4'"},
	    {"src 10.0.0.0/8", "column 5: write 'src net 10.0.0.0/8'"},
	    {"class irk", "column 7: there is no class 'irk'; did you mean "
			  "'irc'?"},
	    {"direction outt", "did you mean 'out'?"},
	    {"direction in xx", "column 14: unknown word 'xx'"},
	    {"flags ack", "column 7: there should be syn, synack or rst, not "
			  "'ack'"},
	    {"proto 256", "column 7: there should be tcp"},
	    {"packets > many", "column 11: there should be a number, not "
			       "'many'"},
	    {"packets > -1", "column 11: there should be a number"},
	    {"packets > 18446744073709551616", "there should be a number"},
	    {"packets => 1", "column 10: there should be a number"},
	    {"direction out and not expected", "column 23: 'expected' cannot"},
	    {"@", "column 2: the filter ends where the name of a filter"},
	    {"@ssh-oud", "column 2: there is no filter 'ssh-oud'; did you "
			 "mean 'ssh-out'?"},
	    {"prefix 'abc", "column 8: the quote is not closed: 'abc"},
	    {"port 22 \001", "column 9: no word has the byte 0x01"},
	    {"h\303\266st 1.2.3.4", "column 1: unknown word 'h'"},
	    {"port 22 & port 23", "unknown word '&'"},
	    {"@self", "column 2: in '@self': column 18: '@self' is used "
		      "inside '@self' itself"},
	    {"@chicken", "'@chicken' is used inside '@chicken' itself"},
	    {"port 1 and @broken", "column 13: in '@broken': column 13: "
				   "unknown word 'prot'"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct filter *f = filter_parse(rows[i].text, site, &e);

		if (f != NULL)
			fail_msg("%s was accepted", rows[i].text);
		assert_int_equal(e.code, EX_USAGE);
		if (strstr(e.text, rows[i].says) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].text,
			    e.text, rows[i].says);
	}
}

/* 'n' times 'part', then 'end'; to be freed. */
static char *
repeat(const char *part, size_t n, const char *end)
{
	size_t len = strlen(part);
	char *text = malloc(len * n + strlen(end) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, part, len);
	strcpy(text + n * len, end);
	return text;
}

static bool
accepted(char *text, struct err *e)
{
	struct filter *f = filter_parse(text, site, e);

	filter_free(f);
	free(text);
	return f != NULL;
}

/* "((...port 22...))", n deep. */
static char *
nested(size_t n)
{
	char *head = repeat("(", n, "port 22"), *tail = repeat(")", n, "");
	char *text = malloc(2 * n + 8);

	assert_non_null(text);
	sprintf(text, "%s%s", head, tail);
	free(head);
	free(tail);
	return text;
}

static void
parentheses_go_to_their_limit_and_no_deeper(void **state)
{
	struct err e;

	(void)state;
	assert_true(accepted(nested(FILTER_DEPTH_MAX), &e));
	assert_false(accepted(nested(FILTER_DEPTH_MAX + 1), &e));
	assert_non_null(strstr(e.text, "column 65: more than 64"));
	assert_false(accepted(nested(30000), &e));
}

static void
many_nots_are_no_depth(void **state)
{
	struct record r = syn();
	char *text = repeat("not ", 10001, "port 22");

	(void)state;
	check(text, &r, true);
	free(text);
}

static void
terms_go_to_their_limit_and_no_further(void **state)
{
	struct err e;

	(void)state;
	assert_true(accepted(repeat("port 22 ", FILTER_TERMS_MAX, ""), &e));
	assert_false(
	    accepted(repeat("port 22 ", FILTER_TERMS_MAX + 1, ""), &e));
	assert_non_null(strstr(e.text, "more than 4096 terms"));
	assert_false(
	    accepted(repeat("@nothing ", FILTER_TERMS_MAX + 1, ""), &e));
	assert_non_null(strstr(e.text, "more than 4096 terms"));
}

static void
text_goes_to_its_limit_and_no_further(void **state)
{
	struct err e;

	(void)state;
	assert_true(accepted(repeat(" ", FILTER_TEXT_MAX - 7, "port 22"), &e));
	assert_false(accepted(repeat(" ", FILTER_TEXT_MAX - 6, "port 22"), &e));
	assert_non_null(strstr(e.text, "longer than 65536 bytes"));
}

static void
named_filters_cannot_multiply_beyond_the_limits(void **state)
{
	char name[24], text[64];
	struct err e;

	(void)state;
	/* 2^30 terms, and 2^30 references without any. */
	name_filter("a0", "port 1");
	name_filter("b0", "");
	for (int i = 1; i <= 30; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		snprintf(text, sizeof(text), "@a%d or @a%d", i - 1, i - 1);
		name_filter(name, text);
		name[0] = 'b';
		snprintf(text, sizeof(text), "@b%d @b%d", i - 1, i - 1);
		name_filter(name, text);
	}
	assert_false(accepted(strdup("@a30"), &e));
	assert_non_null(strstr(e.text, "in '@a30'"));
	assert_false(accepted(strdup("@b30"), &e));
	assert_true(accepted(strdup("@a5"), &e));
}

static void
a_chain_of_names_is_as_deep_as_parentheses(void **state)
{
	char name[24], text[64];
	struct err e;

	(void)state;
	name_filter("c0", "port 1");
	for (int i = 1; i <= FILTER_DEPTH_MAX; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(text, sizeof(text), "@c%d", i - 1);
		name_filter(name, text);
	}
	assert_true(accepted(strdup("@c63"), &e));
	assert_false(accepted(strdup("@c64"), &e));
}

/* --- which hosts a filter needs ------------------------------------------ */

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
	    TEST(an_error_names_the_word_and_its_column),
	    TEST(parentheses_go_to_their_limit_and_no_deeper),
	    TEST(many_nots_are_no_depth),
	    TEST(terms_go_to_their_limit_and_no_further),
	    TEST(text_goes_to_its_limit_and_no_further),
	    TEST(named_filters_cannot_multiply_beyond_the_limits),
	    TEST(a_chain_of_names_is_as_deep_as_parentheses),
	    TEST(hosts_are_needed_that_every_match_must_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
