/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow-print, nfdump, Zeek. */
#include "tests/unit/cm.h"

#include "tests/unit/reading.h"

#define NBSP "\xc2\xa0"

static struct tally
count(const char *text, const char *source, char *records, size_t size)
{
	const struct source_options o = {.year = 2010};
	struct source_about about;
	struct tally t;
	char *got = read_records(put_text("flows", text), &o, &about, &t);

	assert_string_equal(about.source->name, source);
	if (records != NULL)
		snprintf(records, size, "%s", got);
	free(got);
	return t;
}

static void
assert_flows(const char *text, const char *source, const char *want)
{
	char got[4096];

	count(text, source, got, sizeof(got));
	assert_string_equal(got, want);
}

/* --- flow-print --- */

static void
format_3_has_no_times(void **state)
{
	(void)state;
	assert_flows(
	    "srcIP            dstIP            prot  srcPort  dstPort  octets"
	    "      packets\n"
	    "189.22.36.165    79.115.103.225   6     22       4382     3703   "
	    "     19\n"
	    "79.115.103.225   189.22.36.165    tcp   4384     6667     192    "
	    "     3\n"
	    "79.115.103.225   189.22.36.165    17    53       53       192    "
	    "     3\n",
	    "flow-print",
	    "- 189.22.36.165:22 > 79.115.103.225:4382 - 19/3703\n"
	    "- 79.115.103.225:4384 > 189.22.36.165:6667 - 3/192\n");
}

static void
blanks_may_be_no_break_spaces(void **state)
{
	(void)state;
	assert_flows("189.22.36.165" NBSP " " NBSP "  194.28.157.50" NBSP
		     "6" NBSP NBSP "7781" NBSP "80" NBSP " 40" NBSP "1\n"
		     "189.22.36.165\xa0 194.28.157.50\xa0\x36 7781 80 40 1\n",
	    "flow-print",
	    "- 189.22.36.165:7781 > 194.28.157.50:80 - 1/40\n"
	    "- 189.22.36.165:7781 > 194.28.157.50:80 - 1/40\n");
}

static void
format_5_has_times_and_half_of_the_flags(void **state)
{
	static const char head[] =
	    "Start             End               Sif   SrcIPaddress    SrcP  "
	    "DIf   DstIPaddress    DstP    P Fl Pkts       Octets\n\n";
	char text[4096];

	(void)state;
	snprintf(text, sizeof(text),
	    "%s"
	    "1109.10:15:23.456 1109.10:15:24.000 1     192.0.2.1       4381  "
	    "2     198.51.100.7    22    6   3  14         1984      \n"
	    "1109.10:15:24.001 1109.10:15:24.000 1     192.0.2.1       4384  "
	    "2     198.51.100.7    6667  6   2  3          192       \n"
	    "1109.10:15:24.002 1109.10:15:24.000 1     198.51.100.7    6667  "
	    "2     192.0.2.1       4384  6   4  3          120       \n"
	    "1109.10:15:24.003 1109.10:15:24.000 1     198.51.100.7    22    "
	    "2     192.0.2.1       4381  6   27 3          120       \n",
	    head);
	assert_flows(text, "flow-print",
	    "2010-11-09T10:15:23.456Z 192.0.2.1:4381 > 198.51.100.7:22 FSA "
	    "14/1984\n"
	    "2010-11-09T10:15:24.001Z 192.0.2.1:4384 > 198.51.100.7:6667 - "
	    "3/192\n"
	    "2010-11-09T10:15:24.002Z 198.51.100.7:6667 > 192.0.2.1:4384 RA "
	    "3/120\n"
	    "2010-11-09T10:15:24.003Z 198.51.100.7:22 > 192.0.2.1:4381 FSPA "
	    "3/120\n");
}

static void
what_stands_between_flows_is_no_error(void **state)
{
	struct tally t =
	    count("# flow-cat 2010-11-09/ft* | flow-print | less\n...\n\n"
		  "189.22.36.165 194.28.157.50 6 7781 80 40 1\n"
		  "189.22.36.165 194.28.157.50 6 7781 80 40\n"
		  "189.22.36.165 194.28.157.50 6 7781 808080 40 1\n",
		"flow-print", NULL, 0);

	(void)state;
	assert_int_equal(t.records, 1);
	assert_int_equal(t.kind[TALLY_FLOW], 1);
	assert_int_equal(t.foreign, 2);
	assert_int_equal(t.unreadable, 2);
	assert_int_equal(t.complaint[0].number, 5);
}

/* --- nfdump --- */

#define NF_HEAD                                                                \
	"ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out\n"
#define NF_ROW                                                                 \
	"2010-11-09 10:15:23,2010-11-09 10:15:24,1.000,192.0.2.1,"             \
	"198.51.100.7,4381,22,TCP,......S.,0,0,1,60,0,0,1,2\n"
#define NF_WANT "2010-11-09T10:15:23Z 192.0.2.1:4381 > 198.51.100.7:22 S 1/60\n"

static void
nfdump_is_read_by_its_header(void **state)
{
	(void)state;
	assert_flows(NF_HEAD NF_ROW, "nfdump", NF_WANT);
	assert_flows("sa,da,pr,sp,dp,ts,flg,ipkt,ibyt\n"
		     "192.0.2.1,198.51.100.7,6,4381,22,2010-11-09 "
		     "10:15:23.000,......S.,1,60\n",
	    "nfdump", NF_WANT);
	assert_flows("firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,"
		     "packets,bytes,flows\n"
		     "2010-11-09 10:15:23.000,0.000,TCP,192.0.2.1,4381,"
		     "198.51.100.7,22,1,60,1\n",
	    "nfdump",
	    "2010-11-09T10:15:23Z 192.0.2.1:4381 > 198.51.100.7:22 - 1/60\n");
}

static void
nfdump_needs_no_whole_header(void **state)
{
	static const char head[] = NF_HEAD;

	(void)state;
	assert_flows(NF_ROW, "nfdump", NF_WANT);
	/* Any byte of it may be damaged, but for its end. */
	for (size_t i = 0; i + 2 < sizeof(head); i++) {
		char text[512];

		snprintf(text, sizeof(text), "%s%s", head, NF_ROW);
		text[i] = '#';
		assert_flows(text, "nfdump", NF_WANT);
	}
}

static void
nfdump_flows_that_count_both_ways_are_two(void **state)
{
	(void)state;
	assert_flows(NF_HEAD
	    "2010-11-09 10:15:23,2010-11-09 10:15:24,1.000,"
	    "2001:db8::1,2001:db8::2,4381,22,TCP,...AP.SF,0,0,14,1984,"
	    "9,3095,1,2\n",
	    "nfdump",
	    "2010-11-09T10:15:23Z 2001:db8::1:4381 > 2001:db8::2:22 FSPA "
	    "14/1984\n"
	    "2010-11-09T10:15:23Z 2001:db8::2:22 > 2001:db8::1:4381 - "
	    "9/3095\n");
}

static void
nfdump_sums_are_no_flows(void **state)
{
	struct tally t = count(NF_HEAD NF_ROW
	    "2010-11-09 10:15:23,2010-11-09 10:15:24,1.000,192.0.2.1,"
	    "198.51.100.7,0,8.0,ICMP,........,0,0,1,60,0,0,1,2\n"
	    "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n"
	    "2,120,2,1,1,60\n",
	    "nfdump", NULL, 0);

	(void)state;
	assert_int_equal(t.proto[TALLY_TCP], 1);
	assert_int_equal(t.proto[TALLY_ICMP], 1);
	assert_int_equal(t.unreadable, 0);
	assert_int_equal(t.kind[TALLY_SYN], 1);
}

/* --- Zeek --- */

#define ZEEK_HEAD                                                              \
	"#separator \\x09\n#unset_field\t-\n#path\tconn\n"                     \
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto"  \
	"\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig"  \
	"\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes"        \
	"\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n"
#define ZEEK_ROW(state, history, counts)                                       \
	"1591367999.305988\tC1\t192.0.2.1\t36844\t198.51.100.7\t6667\ttcp\t-"  \
	"\t-\t-\t-\t" state "\t-\t-\t0\t" history "\t" counts "\t-\n"
#define ZEEK_OUT                                                               \
	"2020-06-05T14:39:59.305988Z 192.0.2.1:36844 > "                       \
	"198.51.100.7:6667 "
#define ZEEK_BACK                                                              \
	"2020-06-05T14:39:59.305988Z 198.51.100.7:6667 > "                     \
	"192.0.2.1:36844 "

static void
zeek_says_who_began_and_who_answered(void **state)
{
	(void)state;
	assert_flows(ZEEK_HEAD ZEEK_ROW("SF", "ShADadFf", "12\t900\t9\t700"),
	    "zeek", ZEEK_OUT "S 12/900\n" ZEEK_BACK "SA 9/700\n");
	assert_flows(ZEEK_HEAD ZEEK_ROW("REJ", "Sr", "1\t60\t1\t40"), "zeek",
	    ZEEK_OUT "S 1/60\n" ZEEK_BACK "RA 1/40\n");
	assert_flows(ZEEK_HEAD ZEEK_ROW("S0", "S", "3\t180\t0\t0"), "zeek",
	    ZEEK_OUT "S 3/180\n");
	/* Without a history the state says it. */
	assert_flows(ZEEK_HEAD ZEEK_ROW("REJ", "-", "1\t60\t1\t40"), "zeek",
	    ZEEK_OUT "S 1/60\n" ZEEK_BACK "RA 1/40\n");
	/* In the middle, and turned around: nobody knows who began. */
	assert_flows(ZEEK_HEAD ZEEK_ROW("OTH", "^dDa", "3\t180\t2\t80"), "zeek",
	    ZEEK_OUT "- 3/180\n" ZEEK_BACK "- 2/80\n");
}

static void
zeek_needs_no_whole_header(void **state)
{
	static const char head[] = ZEEK_HEAD;
	static const char row[] = ZEEK_ROW("S0", "S", "3\t180\t0\t0");

	(void)state;
	assert_flows(row, "zeek", ZEEK_OUT "S 3/180\n");
	for (size_t i = 0; i + 2 < sizeof(head); i++) {
		char text[1024];

		snprintf(text, sizeof(text), "%s%s", head, row);
		if (text[i] == '\n')
			continue; /* the next line is another one then */
		text[i] = '?';
		assert_flows(text, "zeek", ZEEK_OUT "S 3/180\n");
	}
}

static void
zeek_writes_json_too(void **state)
{
	(void)state;
	assert_flows("{\"ts\":1591367999.305988,\"uid\":\"C1\","
		     "\"id.orig_h\":\"192.0.2.1\",\"id.orig_p\":36844,"
		     "\"id.resp_h\":\"198.51.100.7\",\"id.resp_p\":6667,"
		     "\"proto\":\"tcp\",\"conn_state\":\"REJ\","
		     "\"history\":\"Sr\",\"orig_pkts\":1,"
		     "\"orig_ip_bytes\":60,\"resp_pkts\":1,"
		     "\"resp_ip_bytes\":40}\n"
		     "{\"ts\":1591367999,"
		     "\"id.orig_h\":\"192.0.2.1\",\"id.orig_p\":1,"
		     "\"id.resp_h\":\"198.51.100.7\",\"id.resp_p\":22,"
		     "\"proto\":\"tcp\",\"conn_state\":\"S0\"}\n"
		     "{\"ts\":\"2020-06-05T14:40:00.500Z\","
		     "\"id.orig_h\":\"2001:db8::1\",\"id.orig_p\":1,"
		     "\"id.resp_h\":\"2001:db8::2\",\"id.resp_p\":22,"
		     "\"proto\":\"tcp\",\"history\":\"S\"}\n",
	    "zeek",
	    ZEEK_OUT "S 1/60\n" ZEEK_BACK "RA 1/40\n"
		     "2020-06-05T14:39:59Z 192.0.2.1:1 > 198.51.100.7:22 S "
		     "0/0\n"
		     "2020-06-05T14:40:00.500Z 2001:db8::1:1 > "
		     "2001:db8::2:22 S 0/0\n");
}

static void
zeek_lines_that_are_broken_are_counted(void **state)
{
	struct tally t =
	    count(ZEEK_HEAD ZEEK_ROW("S0", "S",
		      "3\t180\t0\t0") "1591367999.305988\tC1\t192.0.2.1\n"
				      "{\"ts\":1,\n{}\n{\"ts\":1e300,\"id.orig_"
				      "h\":[[[[1]]]]}\n",
		"zeek", NULL, 0);

	(void)state;
	assert_int_equal(t.records, 1);
	assert_int_equal(t.unreadable, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(format_3_has_no_times),
	    cmocka_unit_test(blanks_may_be_no_break_spaces),
	    cmocka_unit_test(format_5_has_times_and_half_of_the_flags),
	    cmocka_unit_test(what_stands_between_flows_is_no_error),
	    cmocka_unit_test(nfdump_is_read_by_its_header),
	    cmocka_unit_test(nfdump_needs_no_whole_header),
	    cmocka_unit_test(nfdump_flows_that_count_both_ways_are_two),
	    cmocka_unit_test(nfdump_sums_are_no_flows),
	    cmocka_unit_test(zeek_says_who_began_and_who_answered),
	    cmocka_unit_test(zeek_needs_no_whole_header),
	    cmocka_unit_test(zeek_writes_json_too),
	    cmocka_unit_test(zeek_lines_that_are_broken_are_counted),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
