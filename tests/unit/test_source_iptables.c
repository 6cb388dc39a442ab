/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "tests/unit/reading.h"

/* The fixed part of a line. */
#define IPS "SRC=192.0.2.1 DST=198.51.100.7 "
#define LEN "LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 DF "
#define PORTS "PROTO=TCP SPT=4000 DPT=22 "
#define TAIL "WINDOW=5840 RES=0x00 SYN URGP=0 "
#define BODY IPS LEN PORTS TAIL
#define ENDS "192.0.2.1:4000 > 198.51.100.7:22 "

struct row {
	const char *name, *text, *want;
};

static void
each_form_of_a_line_gives_its_record(void **state)
{
	const struct row *row = *state;

	assert_reads(row->text, row->want);
}

static const struct row forms[] = {
    {"syslog with a prefix",
	"Mar  8 20:16:44 black kernel: DROP it IN=eth0 OUT= MAC=28:45:a7 " BODY
	"\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'DROP it'\n"},
    {"syslog with one blank before the day",
	"Mar 8 20:16:44 black kernel: IN= OUT=eth0 " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S o=eth0\n"},
    {"syslog with a year and a fraction",
	"Mar 08 2004 20:16:44.25 black kernel: IN= OUT=eth0 " BODY "\n",
	"2004-03-08T20:16:44.250Z " ENDS "S out o=eth0\n"},
    {"syslog and the time since boot",
	"Mar  8 20:16:44 black kernel: [20474.050964] ACC IN=eth0 OUT= " BODY
	"\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'ACC'\n"},
    {"syslog without a host",
	"Mar  8 20:16:44 kernel: ACC IN=eth0 OUT= " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'ACC'\n"},
    {"syslog of another program",
	"Mar  8 20:16:44 black ulogd[412]: ACC IN=eth0 OUT= " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'ACC'\n"},
    {"rsyslog, RFC 3339",
	"2015-03-07T05:09:30.045015+02:00 srv kernel: DROP: IN=eth0 OUT= " BODY
	"\n",
	"2015-03-07T03:09:30.045015Z " ENDS "S in i=eth0 'DROP:'\n"},
    {"the journal's short-iso",
	"2015-03-07T05:09:30+0200 srv kernel: DROP: IN=eth0 OUT= " BODY "\n",
	"2015-03-07T03:09:30Z " ENDS "S i=eth0 'DROP:'\n"},
    {"the journal's short-unix",
	"1425697770.045015 srv kernel: DROP: IN=eth0 OUT= " BODY "\n",
	"2015-03-07T03:09:30.045015Z " ENDS "S in i=eth0 'DROP:'\n"},
    {"RFC 5424",
	"<174>1 2003-08-24T05:14:15+00:00 - - - - - IN=eth0 OUT= " BODY "\n",
	"2003-08-24T05:14:15Z " ENDS "S i=eth0\n"},
    {"a priority", "<6>Mar  8 20:16:44 black kernel: IN=eth0 OUT= " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0\n"},
    {"dmesg", "[20474.050964] ACC IN=eth0 OUT= " BODY "\n",
	"1970-01-01T05:41:14.050964Z " ENDS "S in i=eth0 'ACC'\n"},
    {"dmesg -T", "[Sun Mar  8 20:16:44 2020] ACC IN=eth0 OUT= " BODY "\n",
	"2020-03-08T20:16:44Z " ENDS "S i=eth0 'ACC'\n"},
    {"dmesg in ISO",
	"2020-03-08T20:16:44,050964+00:00 ACC IN=eth0 OUT= " BODY "\n",
	"2020-03-08T20:16:44.050964Z " ENDS "S in i=eth0 'ACC'\n"},
    {"no time at all", "IN=eth0 OUT= " BODY "\n", "- " ENDS "S i=eth0\n"},
    {"grep put a file's name before it",
	"kern.log.1:Mar  8 20:16:44 black kernel: DROP IN=eth0 OUT= " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'DROP'\n"},
    {"a line ends in CR LF",
	"Mar  8 20:16:44 black kernel: IN=eth0 OUT= " BODY "\r\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0\n"},
    {"the last line has no end",
	"Mar  8 20:16:44 black kernel: IN=eth0 OUT= " BODY,
	"2005-03-08T20:16:44Z " ENDS "S i=eth0\n"},
    {"a bridge of an old kernel",
	"Mar  8 20:16:44 b kernel: INBOUND TCP: IN=br0 PHYSIN=eth0 OUT=br0 "
	"PHYSOUT=eth1 " BODY " \n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 o=eth1 "
	"'INBOUND TCP:'\n"},
    {"a bridge of a new kernel",
	"Mar  8 20:16:44 b kernel: IN=br0 OUT=br0 PHYSIN=eth0 PHYSOUT=eth1 "
	"MAC=00:11:22:33:44:55:66:77:88:99:aa:bb:08:00 " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 o=eth1\n"},
    {"the prefix is glued to IN=",
	"Mar  8 20:16:44 b kernel: Drop TCP after 17 attemptsIN=eth0 "
	"OUT=eth1 " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 o=eth1 "
	"'Drop TCP after 17 attempts'\n"},
    {"the prefix has a key in it",
	"Mar  8 20:16:44 b kernel: zone=wan LOGIN=no IN=eth0 OUT= " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'zone=wan LOGIN=no'\n"},
    {"a dot for a blank",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= "
	"SRC=192.0.2.1.DST=198.51.100.7 " LEN PORTS TAIL "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0\n"},
    {"something else for a blank",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN
	"PROTO=TCP SPT=4000xDPT=22 WINDOW=5840 RES=0x00\x01SYN URGP=0\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0\n"},
    {"an ECN SYN is a SYN",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
	"WINDOW=5840 RES=0x00 CWR ECE SYN URGP=0\n",
	"2005-03-08T20:16:44Z " ENDS "SEC i=eth0\n"},
    {"a SYN+ACK",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
	"WINDOW=5840 RES=0x00 ACK SYN URGP=0\n",
	"2005-03-08T20:16:44Z " ENDS "SA i=eth0\n"},
    {"a RST that may answer a SYN",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
	"WINDOW=0 RES=0x00 ACK RST URGP=0\n",
	"2005-03-08T20:16:44Z " ENDS "RA i=eth0\n"},
    {"a RST that cannot answer a SYN",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
	"SEQ=77 ACK=5 WINDOW=0 RES=0x00 ACK RST URGP=0\n",
	""},
    {"no flags, FIN, XMAS: no records",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
	"WINDOW=5840 RES=0x00 URGP=0\n"
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
	"WINDOW=5840 RES=0x00 FIN URGP=0\n"
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
	"WINDOW=5840 RES=0x00 URG PSH FIN URGP=0\n",
	""},
    {"numbers, uid and mark",
	"Mar  8 20:16:44 b kernel: IN= OUT=eth0 " IPS LEN PORTS
	"SEQ=4294967295 ACK=0 WINDOW=5840 RES=0x00 SYN URGP=0 "
	"OPT (020405B40402080A00825F5D0000000001030307) UID=1000 GID=100 "
	"MARK=0xff00\n",
	"2005-03-08T20:16:44Z " ENDS "S o=eth0 seq=4294967295 ack=0 "
	"uid=1000 mark=ff00\n"},
    {"IPv6",
	"Mar 17 13:39:13 linux kernel: [956932.482352] DROP IN=eth0 OUT= "
	"SRC=2001:0db8:0000:f101:0000:0000:0000:0002 "
	"DST=2001:0db8:0000:f101:0000:0000:0000:0001 LEN=80 TC=0 HOPLIMIT=64 "
	"FLOWLBL=0 " PORTS TAIL "\n",
	"2005-03-17T13:39:13Z 2001:db8:0:f101::2:4000 > "
	"2001:db8:0:f101::1:22 S i=eth0 'DROP'\n"},
    {"IPv6 with an extension header",
	"Mar 17 13:39:13 l kernel: IN=eth0 OUT= SRC=2001:db8::2 "
	"DST=2001:db8::1 LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=0 OPT ( "
	"FRAG:0 ID:0000beef ) " PORTS TAIL "\n",
	"2005-03-17T13:39:13Z 2001:db8::2:4000 > 2001:db8::1:22 S i=eth0\n"},
    {"an IP option is no TCP option",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS
	"LEN=64 TTL=64 ID=1 OPT (94040000) " PORTS TAIL "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0\n"},
    {"two messages of the kernel in one line",
	"Mar  8 20:16:44 b kernel: A IN=eth0 OUT= " BODY
	"<4>B IN=eth1 OUT= " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'A'\n"
	"2005-03-08T20:16:44Z " ENDS "S i=eth1\n"},
    {"two lines whose end between them is damaged",
	"Mar  8 20:16:44 b kernel: A IN=eth0 OUT= " BODY
	"XMar  8 20:16:45 b kernel: B IN=eth1 OUT= " BODY "\n",
	"2005-03-08T20:16:44Z " ENDS "S i=eth0 'A'\n"
	"2005-03-08T20:16:45Z " ENDS "S i=eth1 'B'\n"},
    {"a line that another one cut off",
	"Mar  8 20:16:44 b kernel: A IN=eth0 OUT= SRC=192.0.2.1 DST=198.5"
	"Mar  8 20:16:45 b kernel: B IN=eth1 OUT= " BODY "\n",
	"2005-03-08T20:16:45Z " ENDS "S i=eth1 'B'\n"},
    {"the packet that an ICMP error is about is none",
	"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN
	"PROTO=ICMP TYPE=3 CODE=3 [SRC=198.51.100.7 DST=192.0.2.1 LEN=40 "
	"PROTO=TCP SPT=22 DPT=4000 WINDOW=1 RES=0x00 SYN URGP=0 ] \n",
	""},
    {"the journal's export format",
	"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1425697770045015\n"
	"__MONOTONIC_TIMESTAMP=5\nPRIORITY=4\n_HOSTNAME=srv\n"
	"MESSAGE=DROP: IN=eth0 OUT= " BODY "\n_TRANSPORT=kernel\n\n"
	"__CURSOR=s=1;i=3\n__REALTIME_TIMESTAMP=1425697771000000\n"
	"MESSAGE=IN=eth1 OUT= " BODY "\n\n",
	"2015-03-07T03:09:30.045015Z " ENDS "S in i=eth0 'DROP:'\n"
	"2015-03-07T03:09:31Z " ENDS "S i=eth1\n"},
};

static void
a_binary_message_of_the_journal_is_read(void **state)
{
	static const char message[] = "\x01\xff IN=eth0 OUT= " BODY;
	char text[1024];
	const size_t len = sizeof(message) - 1;
	size_t n;
	char *got;
	const struct source_options o = {0};

	(void)state;
	n = (size_t)sprintf(text, "__CURSOR=s\n"
				  "__REALTIME_TIMESTAMP=1425697770000000\n"
				  "MESSAGE\n");
	for (int i = 0; i < 8; i++)
		text[n++] = (char)(len >> (8 * i));
	memcpy(text + n, message, len);
	n += len;
	n += (size_t)sprintf(text + n, "\n_PID=1\n\n");
	got = read_records(put_file("log", text, n), &o, NULL, NULL);
	assert_string_equal(
	    got, "2015-03-07T03:09:30Z " ENDS "S i=eth0 '\x01\xff'\n");
	free(got);
}

/* --- what is counted --- */

static struct tally
count(const char *text)
{
	const struct source_options o = {.year = 2005};
	struct source_about about;
	struct tally t;

	free(read_records(put_text("log", text), &o, &about, &t));
	assert_string_equal(about.source->name, "iptables");
	return t;
}

#define GOOD "Mar  8 20:16:44 b kernel: IN=eth0 OUT= " BODY "\n"

static void
what_cannot_be_read_is_counted_with_number_and_reason(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"IN=eth0 SRC=1.2.3.4", "no OUT= behind IN=: "},
	    {"IN=eth0 OUT= DST=1.2.3.4", "no SRC=: "},
	    {"IN=eth0 OUT= SRC=1.2.3.4", "no DST=: "},
	    {"IN=eth0 OUT= SRC=1.2.3.400 DST=1.2.3.4", "SRC= is no address: "},
	    {"IN=eth0 OUT= " IPS, "no PROTO=: "},
	    {"IN=eth0 OUT= " IPS "PROTO=TCQ", "PROTO= is no protocol: "},
	    {"IN=eth0 OUT= " IPS "PROTO=TCP", "TCP without SPT= and DPT=: "},
	    {"IN=eth0 OUT= " IPS "PROTO=TCP SPT=70000", "SPT= is no port: "},
	    {"IN=eth0 OUT= " IPS PORTS "WINDOW=1 RES=0x00 SY",
		"it ends before the TCP flags do: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[1024];
		struct tally t;

		snprintf(text, sizeof(text),
		    GOOD "Mar  8 20:16:45 b kernel: %s\n" GOOD, bad[i].text);
		t = count(text);
		assert_int_equal(t.records, 2);
		assert_int_equal(t.unreadable, 1);
		assert_int_equal(t.complaint[0].number, 2);
		assert_memory_equal(
		    t.complaint[0].text, bad[i].why, strlen(bad[i].why));
	}
}

static void
only_the_first_complaints_are_kept(void **state)
{
	char text[8192] = GOOD;
	struct tally t;

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, "Mar  8 20:16:44 b kernel: IN=eth0 OUT= SRC=x\n");
	t = count(text);
	assert_int_equal(t.unreadable, 20);
	assert_int_equal(
	    t.complaint[COMPLAINTS_MAX - 1].number, COMPLAINTS_MAX + 1);
}

static void
lines_about_something_else_are_no_errors(void **state)
{
	struct tally t =
	    count("Mar  8 20:16:44 b sshd[1]: Failed password for root\n" GOOD
		  "Mar  8 20:16:44 b CRON[2]: x=1\n");

	(void)state;
	assert_int_equal(t.lines, 3);
	assert_int_equal(t.foreign, 2);
	assert_int_equal(t.unreadable, 0);
	assert_int_equal(t.records, 1);
}

static void
protocols_and_kinds_are_counted(void **state)
{
	struct tally t = count(
	    GOOD "Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN
		 "PROTO=UDP SPT=1 DPT=2 LEN=40\n"
		 "Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN
		 "PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=2\n"
		 "Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN "PROTO=2\n"
		 "Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN
		 "FRAG:185 PROTO=TCP\n"
		 "Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS
		 "WINDOW=1 RES=0x00 ACK URGP=0\n");

	(void)state;
	assert_int_equal(t.proto[TALLY_TCP], 3);
	assert_int_equal(t.proto[TALLY_UDP], 1);
	assert_int_equal(t.proto[TALLY_ICMP], 1);
	assert_int_equal(t.proto[TALLY_OTHER], 1);
	assert_int_equal(t.kind[TALLY_SYN], 1);
	assert_int_equal(t.kind[TALLY_OTHER_TCP], 2);
	assert_int_equal(t.records, 1);
	assert_int_equal(t.unreadable, 0);
}

static void
the_order_of_tcp_options_is_kept(void **state)
{
	const struct source_options o = {.year = 2005};
	struct reader *rd = reader_open(
	    put_text("log",
		"Mar  8 20:16:44 b kernel: IN=eth0 OUT= " IPS LEN PORTS TAIL
		"OPT (020405B4010303070402)\n"),
	    &o, NULL);
	struct record r;

	(void)state;
	assert_non_null(rd);
	assert_true(reader_next(rd, &r));
	/* MSS, NOP, window, SACK: 2 1 3 4 of enum decode_opt, lowest first. */
	assert_int_equal(r.opts, 04312);
	assert_true(r.has & HAS_OPTS);
	assert_int_equal(r.ttl, 64);
	assert_int_equal(r.window, 5840);
	reader_close(rd);
}

/* More devices than are remembered push out each other, not the prefix. */
static void
names_stay_with_their_record_among_many_devices(void **state)
{
	const struct source_options o = {.year = 2005};
	char text[16384], in[16];
	struct reader *rd;
	struct record r;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 60; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "Mar  8 20:16:44 b kernel: PRE IN=in%d OUT=out%d " BODY
		    "\n",
		    i, i);
	rd = reader_open(put_text("log", text), &o, NULL);
	assert_non_null(rd);
	for (int i = 0; i < 60; i++) {
		assert_true(reader_next(rd, &r));
		snprintf(in, sizeof(in), "in%d", i);
		assert_string_equal(r.prefix, "PRE");
		assert_string_equal(r.in_if, in);
		assert_string_equal(r.out_if + 3, in + 2);
	}
	reader_close(rd);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
	    cmocka_unit_test(a_binary_message_of_the_journal_is_read),
	    cmocka_unit_test(
		what_cannot_be_read_is_counted_with_number_and_reason),
	    cmocka_unit_test(only_the_first_complaints_are_kept),
	    cmocka_unit_test(lines_about_something_else_are_no_errors),
	    cmocka_unit_test(protocols_and_kinds_are_counted),
	    cmocka_unit_test(the_order_of_tcp_options_is_kept),
	    cmocka_unit_test(names_stay_with_their_record_among_many_devices),
	};
	enum {
		FORMS = sizeof(forms) / sizeof(*forms),
		OTHERS = sizeof(others) / sizeof(*others)
	};
	struct CMUnitTest tests[FORMS + OTHERS] = {{0}};

	for (size_t i = 0; i < FORMS; i++) {
		union {
			const void *from;
			void *to;
		} row = {&forms[i]};

		tests[i] = (struct CMUnitTest){.name = forms[i].name,
		    .test_func = each_form_of_a_line_gives_its_record,
		    .initial_state = row.to};
	}
	memcpy(tests + FORMS, others, sizeof(others));
	return _cmocka_run_group_tests("source_iptables", tests, FORMS + OTHERS,
	    make_folder, remove_folder);
}
