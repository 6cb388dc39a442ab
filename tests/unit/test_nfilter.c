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

#include "common/nfilter.h"
#include "tests/unit/filter_site.h"

/* The one definition that tests ask for, behind what they say. */
#define DEFINE "\nfilter-definition d\nmatch "

static const struct nfilter_var vars[] = {
    {"ADDR", "11.11.79.67"}, {"PORT", "80"}, {"PORT", "6667"}};

struct told {
	char text[2000];
};

static void
note(void *arg, const char *text)
{
	struct told *t = arg;

	strncat(t->text, text, sizeof(t->text) - strlen(t->text) - 1);
	strncat(t->text, "\n", sizeof(t->text) - strlen(t->text) - 1);
}

/* The text of definition "d"; NULL with 'e'. */
static char *
tell(const char *file, struct told *told, struct err *e)
{
	struct nfilter *f =
	    nfilter_parse("f.cfg", file, strlen(file), vars, 3, e);
	char *text;

	memset(told, 0, sizeof(*told));
	if (f == NULL)
		return NULL;
	text = nfilter_text(f, "d", note, told, e);
	nfilter_free(f);
	return text;
}

static void
a_definition_becomes_a_filter(void **state)
{
	static const struct {
		const char *file, *text;
	} rows[] = {
	    {"filter-primitive p\ntype ip-port\npermit 80,6660-6669,22" DEFINE
	     "ip-source-port p",
		"(src port in [22, 80, 6660-6669])"},
	    {"filter-primitive p\ntype ip-port\ndeny 80\ndefault permit" DEFINE
	     "dst-ip-port p",
		"(not dst port in [80])"},
	    {"filter-primitive p\ntype ip-port\npermit !80\ndefault "
	     "permit" DEFINE "dst-ip-port p",
		"(not dst port in [80])"},
	    {"filter-primitive p\ntype ip-port\npermit "
	     "@PORT,@{PORT},@{X:-7}" DEFINE "dst-ip-port p",
		"(dst port in [7, 6667])"},
	    {"filter-primitive p\ntype ip-port\npermit https" DEFINE
	     "dst-ip-port p",
		"(dst port in [443])"},
	    {"filter-primitive p\ntype ip-protocol\npermit tcp,17" DEFINE
	     "ip-protocol p",
		"(proto in [6, 17])"},
	    {"filter-primitive p\ntype ip-address\npermit 10.1\ndeny @ADDR\n"
	     "permit 1.2.3.4" DEFINE "ip-source-address p",
		"(src host in [10.1.0.0, 1.2.3.4])"},
	    {"filter-primitive p\ntype ip-address-mask\n"
	     "deny 10.1.2.0 255.255.255.0\n"
	     "permit 10.1.0.0 255.255.0.0" DEFINE "ip-source-address p",
		"((not src net in [10.1.2.0/24] and src net in "
		"[10.1.0.0/16]))"},
	    {"filter-primitive p\ntype ip-address-prefix\npermit 10/8\n"
	     "deny 10.1.2/24" DEFINE "ip-source-address p",
		"((not src net in [10.1.2.0/24] and src net in "
		"[10.0.0.0/8]))"},
	    {"filter-primitive p\ntype counter\ndeny le 1000\npermit lt "
	     "2000" DEFINE "octets p",
		"((not octets <= 1000 and octets < 2000))"},
	    {"filter-primitive p\ntype counter\npermit gt 1" DEFINE "flows p",
		"proto 6 and not proto 6"},
	    {"filter-primitive p\ntype counter\npermit ge 1" DEFINE "flows p",
		""},
	    {"filter-primitive p\ntype ip-port\npermit 1" DEFINE
	     "ip-source-port p\nmatch ip-destination-port p\nor\n"
	     "match ip-source-port p\nINVERT",
		"not ((src port in [1] and dst port in [1]) or (src port in "
		"[1]))"},
	    {"filter-primitive p\ntype time-date\npermit ge 2010-11-09 "
	     "08:03:00" DEFINE "start-time p",
		"(time >= 2010-11-09T08:03:00Z)"},
	    {"filter-primitive p\ntype ip-tcp-flags\nmask 0x17\npermit "
	     "0x02" DEFINE "ip-tcp-flags p",
		"(flags in [syn])"},
	    {"filter-primitive p\ntype ip-tcp-flags\nmask 0x7\ndeny 4\n"
	     "default permit" DEFINE "ip-tcp-flags p",
		"(not flags in [rst])"},
	    {"filter-definition d", "proto 6 and not proto 6"},
	    {"filter-definition d\ninvert", ""},
	    {"# @X is no matter\r\n\tFILTER-DEFINITION D\r\n\r\ninvert\r\n",
		""},
	};
	struct told told;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = tell(rows[i].file, &told, &e);
		struct filter *f;

		if (text == NULL)
			fail_msg("%s: %s", rows[i].file, e.text);
		assert_string_equal(text, rows[i].text);
		f = filter_parse(text, site, &e);
		if (f == NULL)
			fail_msg("%s: %s", text, e.text);
		filter_free(f);
		free(text);
	}
}

struct row {
	const char *file, *says;
};

static void
check_refusals(const struct row *row, size_t n)
{
	struct told told;
	struct err e;

	for (size_t i = 0; i < n; i++) {
		e = (struct err){0};
		if (tell(row[i].file, &told, &e) != NULL)
			fail_msg("%s: was read", row[i].file);
		assert_int_equal(e.code, EX_USAGE);
		if (strstr(e.text, row[i].says) == NULL)
			fail_msg("%s: %s", row[i].file, e.text);
	}
}

static void
what_cannot_be_read_is_named_with_its_line(void **state)
{
	static const struct row rows[] = {
	    {"\npermit 5", "f.cfg line 2: 'permit' belongs to a "
			   "filter-primitive"},
	    {"match x y", "line 1: 'match' belongs to a filter-definition"},
	    {"xyzzy", "line 1: unexpected 'xyzzy'"},
	    {"filter-primitive", "the name of the primitive is missing"},
	    {"filter-primitive p\ntype ip-prot", "no type 'ip-prot'"},
	    {"filter-primitive p\npermit 5", "the type of 'p' must be said"},
	    {"filter-primitive p\nfilter-primitive P",
		"line 2: there is a primitive 'P' in line 1 already"},
	    {"filter-definition p\nfilter-definition P", "in line 1 already"},
	    {"filter-primitive p\ntype ip-port\npermit 23 #telnet",
		"line 3: unexpected '#telnet': a comment needs a line"},
	    {"filter-primitive p\ntype ip-port\npermit 65536",
		"'65536' is no ip-port"},
	    {"filter-primitive p\ntype ip-port\npermit 9-3",
		"the range 9-3 is empty"},
	    {"filter-primitive p\ntype ip-port\npermit nosuchservice",
		"'nosuchservice' is no ip-port"},
	    {"filter-primitive p\ntype ip-port\npermit", "what to permit"},
	    {"filter-primitive p\ntype ip-address\npermit www.example.com",
		"names are not looked up"},
	    {"filter-primitive p\ntype ip-address\npermit 1.2.3.400",
		"no IPv4 address"},
	    {"filter-primitive p\ntype ip-address-mask\npermit 10.0.0.0",
		"the mask is missing"},
	    {"filter-primitive p\ntype ip-address-mask\n"
	     "permit 10.0.0.0 255.0.255.0",
		"has holes"},
	    {"filter-primitive p\ntype ip-address-mask\n"
	     "permit 10.0.0.1 255.0.0.0",
		"would never match"},
	    {"filter-primitive p\ntype ip-address-prefix\npermit 10/33",
		"'33' is no length"},
	    {"filter-primitive p\ntype counter\npermit above 5",
		"'above' should be lt, gt"},
	    {"filter-primitive p\ntype counter\npermit gt 4294967296",
		"no number up to 4294967295"},
	    {"filter-primitive p\ntype time\npermit gt 25:00", "no time"},
	    {"filter-primitive p\ntype time-date\npermit gt yesterday",
		"'yesterday' is no time such as 2010-11-09"},
	    {"filter-primitive p\ntype counter\nmask 5",
		"only ip-tos and ip-tcp-flags"},
	    {"filter-primitive p\ntype ip-port\ndefault maybe",
		"'default' is permit or deny"},
	};

	(void)state;
	check_refusals(rows, sizeof(rows) / sizeof(*rows));
}

static void
what_cannot_be_asked_is_named_with_its_line(void **state)
{
	static const struct row rows[] = {
	    {"filter-primitive p\ntype ip-port" DEFINE "ip-port p",
		"'ip-port' cannot be matched: say which end"},
	    {"filter-primitive p\ntype ip-port" DEFINE "octets p",
		"'octets' takes no primitive of type ip-port"},
	    {"filter-definition d\nmatch octets q", "no primitive 'q'"},
	    {"filter-primitive p\ntype ip-port\npermit @{",
		"'@' is no variable"},
	    {"@NOBODY", "line 1: the variable 'NOBODY' is not set"},
	    {"filter-primitive p\ntype ip-port\npermit @NOBODY" DEFINE
	     "ip-source-port p",
		"line 3: the variable 'NOBODY' is not set: -v NOBODY=..."},
	    {"filter-primitive p\ntype counter\npermit gt 1" DEFINE
	     "duration p",
		"line 5: 'match duration' cannot be answered: a record has "
		"the time"},
	    {"filter-primitive p\ntype as\npermit 1" DEFINE "src-as p",
		"'match source-as' cannot be answered"},
	    {"filter-primitive p\ntype ip-tcp-flags\npermit 2" DEFINE
	     "ip-tcp-flags p",
		"line 1: 'p': only syn, synack and rst are told apart"},
	    {"filter-primitive p\ntype time\npermit eq 8:03" DEFINE
	     "start-time p",
		"line 1: 'p': a time of day cannot be asked"},
	    {"filter-definition e", "no filter-definition 'd'; there are: e"},
	    {"", "no filter-definition 'd'"},
	};

	(void)state;
	check_refusals(rows, sizeof(rows) / sizeof(*rows));
}

static void
what_is_not_asked_may_be_unanswerable(void **state)
{
	struct told told;
	struct err e;
	char *text = tell("filter-primitive a\ntype as\npermit 1\n"
			  "filter-primitive v\ntype ip-port\npermit @NOBODY\n"
			  "filter-definition as\nmatch source-as a\n"
			  "filter-definition v\nmatch ip-source-port v\n"
			  "filter-definition d\ninvert\n",
	    &told, &e);

	(void)state;
	assert_non_null(text);
	free(text);
}

static void
what_is_suspicious_is_told(void **state)
{
	static const struct {
		const char *file, *says; /* NULL: nothing */
	} rows[] = {
	    {"filter-primitive p\ntype counter\npermit gt 1000\n"
	     "permit lt 2000" DEFINE "octets p",
		"f.cfg line 1: 'p' lets everything through: one line is "
		"enough to permit; a range is 'deny le A', 'permit lt B'"},
	    {"filter-primitive p\ntype counter\ndeny le 1000\n"
	     "permit lt 2000" DEFINE "octets p",
		NULL},
	    {"filter-primitive p\ntype counter\npermit lt 1000\n"
	     "permit gt 2000" DEFINE "octets p",
		NULL},
	    {"filter-primitive p\ntype counter\npermit gt 5\npermit gt 7" DEFINE
	     "octets p",
		"line 4: an earlier line decides before this one always"},
	    {"filter-primitive p\ntype counter\ndeny gt 5" DEFINE "octets p",
		"'p' lets nothing through"},
	    {"filter-primitive p\ntype ip-port\ndeny 80" DEFINE
	     "ip-source-port p",
		"'p' lets nothing through; 'default permit'"},
	    {"filter-primitive p\ntype ip-port\npermit 0-65535" DEFINE
	     "ip-source-port p",
		"'p' lets everything through"},
	    {"filter-primitive p\ntype ip-address-prefix\npermit "
	     "10.0.0.0" DEFINE "ip-source-address p",
		"line 3: no length is said: that of the address's class is "
		"taken, 10.0.0.0/8"},
	    {"filter-primitive p\ntype ip-address\ndeny 10.0.0.1" DEFINE
	     "ip-source-address p",
		"'p' lets nothing through"},
	    {"filter-definition d\ninvert",
		"'d' has no 'match': everything passes"},
	};
	struct told told;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = tell(rows[i].file, &told, &e);

		if (text == NULL)
			fail_msg("%s: %s", rows[i].file, e.text);
		free(text);
		if (rows[i].says == NULL)
			assert_string_equal(told.text, "");
		else if (strstr(told.text, rows[i].says) == NULL)
			fail_msg("%s: '%s'", rows[i].file, told.text);
	}
}

/* A primitive used twice is warned of once. */
static void
a_warning_comes_once(void **state)
{
	struct told told;
	struct err e;
	char *text = tell("filter-primitive p\ntype ip-port\ndeny 80" DEFINE
			  "ip-source-port p\nor\nmatch ip-destination-port p",
	    &told, &e);

	(void)state;
	assert_non_null(text);
	free(text);
	assert_non_null(strstr(told.text, "nothing"));
	assert_null(strstr(strstr(told.text, "nothing") + 1, "nothing"));
}

static void
no_file_is_too_much(void **state)
{
	char *file = malloc(NFILTER_BYTES_MAX);
	struct told told;
	struct err e;
	size_t len;

	(void)state;
	assert_non_null(file);
	len = (size_t)sprintf(file, "filter-primitive p\ntype counter\n");
	for (int i = 0; i < 200; i++)
		len += (size_t)sprintf(
		    file + len, "permit eq %d\ndeny eq %d\n", i, i);
	sprintf(file + len, "%s", DEFINE "octets p");
	assert_null(tell(file, &told, &e));
	assert_non_null(strstr(e.text, "more than 48 times"));

	len = 0;
	for (int i = 0; i < 600; i++)
		len += (size_t)sprintf(file + len, "filter-primitive p%d\n", i);
	assert_null(tell(file, &told, &e));
	assert_non_null(strstr(e.text, "more than 512 primitives"));

	len = (size_t)sprintf(file, "filter-primitive p\ntype ip-address\n");
	for (int i = 0; i < 8200; i++)
		len += (size_t)sprintf(
		    file + len, "permit 10.0.%d.%d\n", i / 256, i % 256);
	sprintf(file + len, "%s", DEFINE "ip-source-address p");
	assert_null(tell(file, &told, &e));
	assert_non_null(strstr(e.text, "more than 8192 lines"));

	memset(file, 'x', 5000);
	file[5000] = '\0';
	assert_null(tell(file, &told, &e));
	assert_non_null(strstr(e.text, "more than 4095 bytes"));
	free(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_definition_becomes_a_filter),
	    cmocka_unit_test(what_cannot_be_read_is_named_with_its_line),
	    cmocka_unit_test(what_cannot_be_asked_is_named_with_its_line),
	    cmocka_unit_test(what_is_not_asked_may_be_unanswerable),
	    cmocka_unit_test(what_is_suspicious_is_told),
	    cmocka_unit_test(a_warning_comes_once),
	    cmocka_unit_test(no_file_is_too_much),
	};

	return cmocka_run_group_tests(tests, make_site, free_site);
}
