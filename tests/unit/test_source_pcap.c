/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "tests/unit/packet.h"
#include "tests/unit/reading.h"

#include <sysexits.h>

#define FILE_BYTES_MAX 65536
#define TIME_S 1109444452 /* 2005-02-26T19:00:52Z */
#define TIME "2005-02-26T19:00:52.000007Z "
#define ENDS "192.0.2.1:40000 > 198.51.100.2:22 "
#define NUMBERS " seq=16909060 ack=84281096\n"

/* A file that grows at its end. */
struct file {
	uint8_t b[FILE_BYTES_MAX];
	size_t n;
	bool big_endian;
};

static void
add(struct file *f, const void *bytes, size_t n)
{
	assert_true(f->n + n <= sizeof(f->b));
	memcpy(f->b + f->n, bytes, n);
	f->n += n;
}

static void
add_int(struct file *f, uint32_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		size_t shift = f->big_endian ? bytes - 1 - i : i;
		uint8_t b = (uint8_t)(v >> (8 * shift));

		add(f, &b, 1);
	}
}

static void
add_head(struct file *f, uint32_t magic, uint32_t link)
{
	add_int(f, magic, 4);
	add_int(f, 2, 2);
	add_int(f, 4, 2);
	add_int(f, 0, 4);
	add_int(f, 0, 4);
	add_int(f, 65535, 4);
	add_int(f, link, 4);
}

#define US 0xa1b2c3d4
#define NS 0xa1b23c4d

static void
add_packet(struct file *f, const struct packet *p, uint32_t fraction)
{
	add_int(f, TIME_S, 4);
	add_int(f, fraction, 4);
	add_int(f, (uint32_t)p->n, 4);
	add_int(f, (uint32_t)p->n, 4);
	add(f, p->b, p->n);
}

static struct tally
count(const struct file *f, char *records, size_t size)
{
	const struct source_options o = {0};
	struct source_about about;
	struct tally t;
	char *got = read_records(put_file("cap", f->b, f->n), &o, &about, &t);

	assert_string_equal(about.source->name, "pcap");
	snprintf(records, size, "%s", got);
	free(got);
	return t;
}

static void
assert_gives(const struct file *f, const char *want)
{
	char got[4096];

	count(f, got, sizeof(got));
	assert_string_equal(got, want);
}

/* 'p' behind the link layer of a SYN. */
static void
add_syn(struct packet *p)
{
	put_ipv4(p, 6, 20);
	put_tcp(p, TCP_SYN, 0);
}

/* --- what packets begin with --- */

static void
ethernet(struct packet *p)
{
	PUT(p, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0, 0, 5, 8, 0);
	add_syn(p);
}

static void
cooked(struct packet *p)
{
	PUT(p, 0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0);
	add_syn(p);
}

static void
cooked2(struct packet *p)
{
	PUT(p, 8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0);
	add_syn(p);
}

static void
loopback(struct packet *p)
{
	PUT(p, 2, 0, 0, 0);
	add_syn(p);
}

/* Lengths and types are in the byte order of this host. */
static void
put_tlv(struct packet *p, uint16_t type, const void *value, size_t n)
{
	uint16_t len = (uint16_t)(n + 4);

	put(p, &len, 2);
	put(p, &type, 2);
	put(p, value, n);
	while (p->n % 4 != 0)
		PUT(p, 0);
}

static void
nflog(struct packet *p)
{
	struct packet inner = {.n = 0};

	add_syn(&inner);
	PUT(p, 2, 0, 0, 5);
	put_tlv(p, 1, (const uint8_t[]){8, 0, 1, 0}, 4); /* local in */
	put_tlv(p, 2, (const uint8_t[]){0, 0, 0x12, 0x34}, 4);
	put_tlv(p, 3,
	    (const uint8_t[]){
		0, 0, 0, 0, 0x42, 0x20, 0xc7, 0xa5, 0, 0, 0, 0, 0, 0, 0, 9},
	    16);
	put_tlv(p, 10, "pot in: ", 9);
	put_tlv(p, 11, (const uint8_t[]){0, 0, 3, 0xe8}, 4);
	put_tlv(p, 9, inner.b, inner.n);
}

static const struct link {
	const char *name;
	uint32_t type;
	void (*make)(struct packet *p);
	const char *want;
} links[] = {
    {"Ethernet with a VLAN tag", 1, ethernet, TIME ENDS "S" NUMBERS},
    {"raw", 101, add_syn, TIME ENDS "S" NUMBERS},
    {"raw IPv4", 228, add_syn, TIME ENDS "S" NUMBERS},
    {"Linux cooked", 113, cooked, TIME ENDS "S out" NUMBERS},
    {"Linux cooked v2", 276, cooked2, TIME ENDS "S in" NUMBERS},
    {"BSD loopback", 0, loopback, TIME ENDS "S" NUMBERS},
    {"NFLOG", 239, nflog,
	"2005-02-26T19:01:57.000009Z " ENDS
	"S in 'pot in: ' seq=16909060 ack=84281096 uid=1000 mark=1234\n"},
};

static void
each_link_type_gives_the_packet(void **state)
{
	const struct link *l = *state;
	struct file f = {.n = 0};
	struct packet p = {.n = 0};

	l->make(&p);
	add_head(&f, US, l->type);
	add_packet(&f, &p, 7);
	assert_gives(&f, l->want);
}

/* --- files --- */

static void
fractions_may_be_nanoseconds(void **state)
{
	struct packet p = ipv4_syn();
	struct file f = {.n = 0};

	(void)state;
	add_head(&f, NS, 101);
	add_packet(&f, &p, 123456789);
	assert_gives(&f, "2005-02-26T19:00:52.123456789Z " ENDS "S" NUMBERS);
}

static void
files_of_the_other_byte_order_are_read(void **state)
{
	struct packet p = ipv4_syn();
	struct file f = {.big_endian = true};

	(void)state;
	add_head(&f, US, 101);
	add_packet(&f, &p, 7);
	assert_gives(&f, TIME ENDS "S" NUMBERS);
}

static void
pcapng_is_read(void **state)
{
	struct packet p = ipv4_syn();
	struct file f = {.n = 0};
	const uint64_t us = (uint64_t)TIME_S * 1000000 + 7;

	(void)state;
	add_int(&f, 0x0a0d0d0a, 4); /* section */
	add_int(&f, 28, 4);
	add_int(&f, 0x1a2b3c4d, 4);
	add_int(&f, 1, 4);
	add_int(&f, 0xffffffff, 4);
	add_int(&f, 0xffffffff, 4);
	add_int(&f, 28, 4);
	add_int(&f, 1, 4); /* interface: raw */
	add_int(&f, 20, 4);
	add_int(&f, 101, 4);
	add_int(&f, 65535, 4);
	add_int(&f, 20, 4);
	add_int(&f, 6, 4); /* packet */
	add_int(&f, 32 + (uint32_t)p.n, 4);
	add_int(&f, 0, 4);
	add_int(&f, (uint32_t)(us >> 32), 4);
	add_int(&f, (uint32_t)us, 4);
	add_int(&f, (uint32_t)p.n, 4);
	add_int(&f, (uint32_t)p.n, 4);
	add(&f, p.b, p.n);
	add_int(&f, 32 + (uint32_t)p.n, 4);
	assert_gives(&f, TIME ENDS "S" NUMBERS);
}

static void
packets_are_counted_and_only_openings_and_answers_kept(void **state)
{
	static const uint8_t flags[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
	    TCP_ACK | TCP_PSH, TCP_FIN | TCP_ACK, TCP_RST};
	struct file f = {.n = 0};
	char records[4096];
	struct packet p;
	struct tally t;

	(void)state;
	add_head(&f, US, 101);
	for (size_t i = 0; i < sizeof(flags); i++) {
		p.n = 0;
		put_ipv4(&p, 6, 20);
		put_tcp(&p, flags[i], 0);
		add_packet(&f, &p, 7);
	}
	p.n = 0;
	put_ipv4(&p, 17, 8);
	PUT(&p, 0, 53, 0, 53, 0, 8, 0, 0);
	add_packet(&f, &p, 7);
	p.n = 0;
	put_ipv6(&p, 58, 4);
	PUT(&p, 128, 0, 0, 0);
	add_packet(&f, &p, 7);
	p.n = 30; /* ends within TCP's header */
	memcpy(p.b, ipv4_syn().b, p.n);
	add_packet(&f, &p, 7);
	t = count(&f, records, sizeof(records));
	assert_int_equal(t.lines, 9);
	assert_int_equal(t.proto[TALLY_TCP], 6);
	assert_int_equal(t.proto[TALLY_UDP], 1);
	assert_int_equal(t.proto[TALLY_ICMP], 1);
	assert_int_equal(t.kind[TALLY_SYN], 1);
	assert_int_equal(t.kind[TALLY_SYNACK], 1);
	assert_int_equal(t.kind[TALLY_OTHER_TCP], 4);
	assert_int_equal(t.records, 2);
	assert_int_equal(t.unreadable, 1);
	assert_int_equal(t.complaint[0].number, 9);
}

static void
a_capture_may_end_anywhere(void **state)
{
	struct packet p = ipv4_syn();
	struct file whole = {.n = 0}, f;
	char records[8192];

	(void)state;
	add_head(&whole, US, 101);
	for (int i = 0; i < 20; i++)
		add_packet(&whole, &p, 7);
	for (size_t cut = 24; cut < whole.n; cut++) {
		size_t packets = (cut - 24) / (16 + p.n);
		struct tally t;

		f = whole;
		f.n = cut;
		t = count(&f, records, sizeof(records));
		assert_int_equal(t.records, packets);
		assert_int_equal(
		    t.unreadable, (cut - 24) % (16 + p.n) == 0 ? 0 : 1);
	}
}

static void
a_link_type_that_is_not_read_is_named(void **state)
{
	const struct source_options o = {0};
	struct file f = {.n = 0};
	struct err e;

	(void)state;
	add_head(&f, US, 105); /* 802.11 */
	assert_null(reader_open(put_file("cap", f.b, f.n), &o, &e));
	assert_int_equal(e.code, EX_DATAERR);
	assert_non_null(strstr(e.text, "IEEE802_11"));
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
	    cmocka_unit_test(fractions_may_be_nanoseconds),
	    cmocka_unit_test(files_of_the_other_byte_order_are_read),
	    cmocka_unit_test(pcapng_is_read),
	    cmocka_unit_test(
		packets_are_counted_and_only_openings_and_answers_kept),
	    cmocka_unit_test(a_capture_may_end_anywhere),
	    cmocka_unit_test(a_link_type_that_is_not_read_is_named),
	};
	enum {
		LINKS = sizeof(links) / sizeof(*links),
		OTHERS = sizeof(others) / sizeof(*others)
	};
	struct CMUnitTest tests[LINKS + OTHERS] = {{0}};

	for (size_t i = 0; i < LINKS; i++) {
		union {
			const void *from;
			void *to;
		} row = {&links[i]};

		tests[i] = (struct CMUnitTest){.name = links[i].name,
		    .test_func = each_link_type_gives_the_packet,
		    .initial_state = row.to};
	}
	memcpy(tests + LINKS, others, sizeof(others));
	return _cmocka_run_group_tests(
	    "source_pcap", tests, LINKS + OTHERS, make_folder, remove_folder);
}
