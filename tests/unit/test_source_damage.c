/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file may be cut anywhere, and any byte of it may be any other: nothing
 * crashes or hangs, and all lines but the damaged one are read.
 */
#include "tests/unit/cm.h"

#include "tests/unit/reading.h"

#include <sys/mman.h>

#define FILE_BYTES_MAX 8192
#define ROWS 9

struct text {
	char b[FILE_BYTES_MAX];
	size_t n;
};

#define ADD(t, ...)                                                            \
	((t)->n += (size_t)snprintf(                                           \
	     (t)->b + (t)->n, sizeof((t)->b) - (t)->n, __VA_ARGS__))

/* --- a file of each format; each line has a client port of its own --- */

static void
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

static void
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

static void
flowprint_file(struct text *t)
{
	ADD(t, "srcIP dstIP prot srcPort dstPort octets packets\n");
	for (unsigned int i = 0; i < ROWS; i++)
		ADD(t, "203.0.113.%u   198.51.100.7\xc2\xa0 6 %u 22 371 6\n",
		    i + 1, 40000 + i);
}

static void
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

static void
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

static void
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
    {"journal", journal_file, 6, false},
    {"flow-print", flowprint_file, 1, false},
    {"nfdump", nfdump_file, 1, false},
    {"Zeek", zeek_file, 1, false},
    {"Zeek's JSON", json_file, 1, false},
};

/* --- reading --- */

/* Which rows are whole in what is read of 'bytes': a bit each. */
static unsigned int
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

static char *
undamaged(const struct text *t)
{
	const struct source_options o = {.year = 2005};

	return read_records(put_file("whole", t->b, t->n), &o, NULL, NULL);
}

/* The row whose lines have byte 'at'; -1: the header. */
static int
row_at(const struct text *t, const struct format *f, size_t at)
{
	size_t lines = 0, header = 0;

	for (size_t i = 0; i < t->n; i++)
		header += t->b[i] == '\n';
	header -= ROWS * f->lines_per_row;
	for (size_t i = 0; i < at; i++)
		lines += t->b[i] == '\n';
	return lines < header ? -1 : (int)((lines - header) / f->lines_per_row);
}

/* The rows that need not be read when byte 'at' is another. */
static unsigned int
spoilt_by(const struct text *t, const struct format *f, size_t at)
{
	int row = row_at(t, f, at);
	unsigned int bits = row >= 0 ? 1U << row : 0;

	if (t->b[at] == '\n' && !f->joins && row + 1 < ROWS)
		bits |= 1U << (row + 1);
	return bits;
}

static void
good_lines_survive_any_byte(void **state)
{
	static const char values[] = {'\n', '\0', ' ', '7', '"', '\xff'};
	const struct format *f = *state;
	struct text t = {.n = 0};
	unsigned int all = (1U << ROWS) - 1;
	char *want;

	f->make(&t);
	want = undamaged(&t);
	assert_int_equal(rows_of(t.b, t.n, want), all);
	for (size_t at = 0; at < t.n; at++) {
		char good = t.b[at];
		unsigned int need = all & ~spoilt_by(&t, f, at);

		for (size_t v = 0; v < sizeof(values); v++) {
			unsigned int got;

			if (values[v] == good)
				continue;
			t.b[at] = values[v];
			got = rows_of(t.b, t.n, want);
			if ((got & need) != need)
				fail_msg("%s: byte %zu as %02x loses rows "
					 "%x",
				    f->name, at, (unsigned char)values[v],
				    need & ~got);
			t.b[at] = good;
		}
	}
	free(want);
}

static void
good_lines_survive_any_cut(void **state)
{
	const struct format *f = *state;
	struct text t = {.n = 0};
	char *want;

	f->make(&t);
	want = undamaged(&t);
	for (size_t cut = 0; cut <= t.n; cut++) {
		int row = cut == t.n ? ROWS : row_at(&t, f, cut);
		unsigned int need = row <= 0 ? 0 : (1U << row) - 1;

		assert_int_equal(rows_of(t.b, cut, want) & need, need);
	}
	free(want);
}

int
main(void)
{
	enum {
		FORMATS = sizeof(formats) / sizeof(*formats)
	};
	struct CMUnitTest tests[2 * FORMATS] = {{0}};

	for (size_t i = 0; i < FORMATS; i++) {
		union {
			const void *from;
			void *to;
		} row = {&formats[i]};

		tests[2 * i] =
		    (struct CMUnitTest){.name = "good_lines_survive_any_byte",
			.test_func = good_lines_survive_any_byte,
			.initial_state = row.to};
		tests[2 * i + 1] =
		    (struct CMUnitTest){.name = "good_lines_survive_any_cut",
			.test_func = good_lines_survive_any_cut,
			.initial_state = row.to};
	}
	return _cmocka_run_group_tests(
	    "source_damage", tests, 2 * FORMATS, make_folder, remove_folder);
}
