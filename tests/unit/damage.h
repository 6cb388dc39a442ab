/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_DAMAGE_H
#define TESTS_UNIT_DAMAGE_H

/* Files to be damaged: some rows of each format, and which of them are still
 * read.  Include behind cmocka.h. */
#include "tests/unit/reading.h"

#include <sys/mman.h>

#define DAMAGED_BYTES_MAX 8192
#define ROWS 6

struct text {
	char b[DAMAGED_BYTES_MAX];
	size_t n;
};

#define ADD(t, ...)                                                            \
	((t)->n += (size_t)snprintf(                                           \
	     (t)->b + (t)->n, sizeof((t)->b) - (t)->n, __VA_ARGS__))

/* --- a file of each format; each line has a client port of its own --- */

static inline void
syslog_file(struct text *t)
{
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "Feb 26 19:00:%02u bridge kernel: INBOUND TCP: IN=br0 "
		    "PHYSIN=eth0 OUT=br0 PHYSOUT=eth1 SRC=203.0.113.%u "
		    "DST=198.51.100.%u LEN=60 TOS=0x00 PREC=0x00 TTL=47 "
		    "ID=%u DF PROTO=TCP SPT=%u DPT=22 WINDOW=5840 RES=0x00 "
		    "SYN URGP=0 OPT (020405B4)  \n",
		    i + 10, i + 1, i + 7, i * 77, 40000 + i);
}

static inline void
iso_file(struct text *t)
{
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "2005-02-26T19:00:%02u.123456+01:00 gw kernel: [%u.5] "
		    "DROP IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:"
		    "86:dd SRC=2001:db8::%x DST=2001:db8:1::7 LEN=80 TC=0 "
		    "HOPLIMIT=57 FLOWLBL=0 PROTO=TCP SPT=%u DPT=22 SEQ=7 ACK=0 "
		    "WINDOW=5840 RES=0x00 CWR ECE SYN URGP=0 MARK=0x1\n",
		    i + 10, 100 + i, i + 1, 40000 + i);
}

static inline void
dmesg_file(struct text *t)
{
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "[%5u.%06u] DROP: IN=eth0 OUT= SRC=203.0.113.%u "
		    "DST=198.51.100.7 LEN=60 TTL=47 PROTO=TCP SPT=%u DPT=22 "
		    "WINDOW=5840 RES=0x00 SYN URGP=0\n",
		    100 + i, i, i + 1, 40000 + i);
}

static inline void
journal_file(struct text *t)
{
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "__CURSOR=s=1;i=%u\n"
		    "__REALTIME_TIMESTAMP=11094444520%05u\n_HOSTNAME=srv\n"
		    "PRIORITY=4\nMESSAGE=DROP: IN=eth0 OUT= SRC=203.0.113.%u "
		    "DST=198.51.100.7 LEN=60 TTL=47 PROTO=TCP SPT=%u DPT=22 "
		    "WINDOW=5840 RES=0x00 SYN URGP=0\n\n",
		    i, i, i + 1, 40000 + i);
}

static inline void
flowprint_file(struct text *t)
{
	ADD(t, "srcIP dstIP prot srcPort dstPort octets packets\n");
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t, "203.0.113.%u   198.51.100.7\xc2\xa0 6 %u 22 371 6\n",
		    i + 1, 40000 + i);
}

static inline void
flowprint5_file(struct text *t)
{
	ADD(t, "Start             End               Sif   SrcIPaddress    SrcP"
	       "  DIf   DstIPaddress    DstP    P Fl Pkts       Octets\n\n");
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "0226.19:00:%02u.456 0226.19:00:59.000 1     203.0.113.%u "
		    "    %u 2     198.51.100.7    22    6   2  3          180 "
		    "      \n",
		    i + 10, i + 1, 40000 + i);
}

static inline void
nfdump2_file(struct text *t)
{
	ADD(t, "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,"
	       "packets,bytes,flows\n");
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "2005-02-26 19:00:%02u.000,0.000,TCP,203.0.113.%u,%u,"
		    "198.51.100.7,22,3,180,1\n",
		    i + 10, i + 1, 40000 + i);
}

static inline void
nfdump_file(struct text *t)
{
	ADD(t, "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,"
	       "out\n");
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "2005-02-26 19:00:%02u,2005-02-26 19:00:59,1.000,"
		    "203.0.113.%u,198.51.100.7,%u,22,TCP,......S.,0,0,3,180,"
		    "0,0,1,2\n",
		    i + 10, i + 1, 40000 + i);
}

static inline void
zeek_file(struct text *t)
{
	ADD(t, "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\t"
	       "id.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\t"
	       "resp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\t"
	       "history\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\t"
	       "tunnel_parents\n");
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "1109444452.%06u\tC%u\t203.0.113.%u\t%u\t198.51.100.7\t22"
		    "\ttcp\t-\t-\t-\t-\tS0\t-\t-\t0\tS\t3\t180\t0\t0\t-\n",
		    i, i, i + 1, 40000 + i);
}

static inline void
json_file(struct text *t)
{
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t,
		    "{\"ts\":1109444452.%06u,\"id.orig_h\":\"203.0.113.%u\","
		    "\"id.orig_p\":%u,\"id.resp_h\":\"198.51.100.7\","
		    "\"id.resp_p\":22,\"proto\":\"tcp\",\"history\":\"S\","
		    "\"orig_pkts\":3,\"orig_ip_bytes\":180,\"resp_pkts\":0,"
		    "\"resp_ip_bytes\":0}\n",
		    i, i + 1, 40000 + i);
}

struct format {
	const char *name;
	void (*make)(struct text *t);
	size_t lines_per_row;
	bool joins; /* two lines in one are still two */
};

static const struct format formats[] = {
    {"syslog", syslog_file, 1, true},
    {"ISO times", iso_file, 1, true},
    {"dmesg", dmesg_file, 1, false},
    {"journal", journal_file, 6, false},
    {"flow-print", flowprint_file, 1, false},
    {"flow-print 5", flowprint5_file, 1, false},
    {"nfdump", nfdump_file, 1, false},
    {"nfdump, new", nfdump2_file, 1, false},
    {"Zeek", zeek_file, 1, false},
    {"Zeek's JSON", json_file, 1, false},
};

/* --- reading --- */

/* Which rows are whole in what is read of 'bytes': a bit each. */
static inline unsigned int
rows_of(const char *bytes, size_t n, const char *want)
{
	const struct source_options o = {.year = 2005};
	int fd = memfd_create("damage", MFD_CLOEXEC);
	char path[32], line[1024];
	struct reader *rd;
	struct record r;
	unsigned int rows = 0;

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rd = reader_open(path, &o, NULL);
	while (rd != NULL && reader_next(rd, &r)) {
		describe(&r, line, sizeof(line));
		if (r.sport >= 40000 && r.sport < 40000 + ROWS &&
		    strstr(want, line) != NULL)
			rows |= 1U << (r.sport - 40000);
	}
	reader_close(rd);
	close(fd);
	return rows;
}

static inline char *
undamaged(const struct text *t)
{
	const struct source_options o = {.year = 2005};

	return read_records(put_file("whole", t->b, t->n), &o, NULL, NULL);
}

/* 'name' with its format as the state. */
static inline struct CMUnitTest
format_test(const char *name, CMUnitTestFunction fn, const struct format *f)
{
	union {
		const void *from;
		void *to;
	} state = {f};

	return (struct CMUnitTest){
	    .name = name, .test_func = fn, .initial_state = state.to};
}

#define FORMATS (sizeof(formats) / sizeof(*formats))

#endif
