/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capture may be cut anywhere, and any byte of it may be any other: nothing
 * crashes or hangs, and of the other packets those are read that can be found
 * at all: all before the damage, and all behind it where no length is damaged
 * that says where the next one begins.
 */
#include "tests/unit/cm.h"

#include "tests/unit/packet.h"
#include "tests/unit/damage.h"

#define TIME_S 1109444452 /* 2005-02-26T19:00:52Z */
#define LINK_RAW 101

/* A capture, and what each of its bytes is. */
struct capture {
	uint8_t b[2048];
	uint8_t part[2048]; /* enum part */
	int8_t row[2048];   /* -1: the head of the file */
	size_t n;
};

enum part {
	FREE,	/* of this packet only */
	LENGTH, /* where the next one begins */
};

static void
add(struct capture *c, int row, enum part part, const void *bytes, size_t n)
{
	assert_true(c->n + n <= sizeof(c->b));
	memcpy(c->b + c->n, bytes, n);
	memset(c->part + c->n, (int)part, n);
	memset(c->row + c->n, row, n);
	c->n += n;
}

static void
add_u32(struct capture *c, int row, enum part part, uint32_t v)
{
	add(c, row, part, &v, sizeof(v));
}

static struct packet
syn_of(unsigned int row)
{
	struct packet p = ipv4_syn();
	uint16_t port = (uint16_t)(40000 + row);

	p.b[20] = (uint8_t)(port >> 8);
	p.b[21] = (uint8_t)port;
	return p;
}

static void
pcap_file(struct capture *c)
{
	static const uint8_t head[] = {
	    2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0};

	add_u32(c, -1, LENGTH, 0xa1b2c3d4);
	add(c, -1, LENGTH, head, sizeof(head));
	add_u32(c, -1, LENGTH, LINK_RAW);
	for (int i = 0; i < ROWS; i++) {
		struct packet p = syn_of((unsigned int)i);

		add_u32(c, i, FREE, (uint32_t)(TIME_S + i));
		add_u32(c, i, FREE, 7);
		add_u32(c, i, LENGTH, (uint32_t)p.n);
		add_u32(c, i, LENGTH, (uint32_t)p.n);
		add(c, i, FREE, p.b, p.n);
	}
}

/* 28 bytes of a section, 20 of an interface, 32 and a packet each. */
static void
pcapng_file(struct capture *c)
{
	static const uint32_t section[] = {
	    0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28};
	static const uint32_t interface[] = {1, 20, LINK_RAW, 0, 20};

	add(c, -1, LENGTH, section, sizeof(section));
	add(c, -1, LENGTH, interface, sizeof(interface));
	for (int i = 0; i < ROWS; i++) {
		struct packet p = syn_of((unsigned int)i);
		uint64_t us = (uint64_t)(TIME_S + i) * 1000000;
		uint32_t block = (uint32_t)p.n + 32;

		add_u32(c, i, FREE, 6);
		add_u32(c, i, LENGTH, block);
		add_u32(c, i, FREE, 0);
		add_u32(c, i, FREE, (uint32_t)(us >> 32));
		add_u32(c, i, FREE, (uint32_t)us);
		add_u32(c, i, FREE, (uint32_t)p.n);
		add_u32(c, i, FREE, (uint32_t)p.n);
		add(c, i, FREE, p.b, p.n);
		add_u32(c, i, FREE, block);
	}
}

static unsigned int
rows_below(int row)
{
	return row <= 0 ? 0 : (1U << row) - 1;
}

/* The rows that must be read when byte 'at' is another. */
static unsigned int
needed(const struct capture *c, size_t at)
{
	int row = c->row[at];

	if (row < 0)
		return 0;
	return c->part[at] == LENGTH ? rows_below(row)
				     : rows_below(ROWS) & ~(1U << row);
}

typedef void make_fn(struct capture *c);

static char *
make(make_fn *fn, struct capture *c)
{
	const struct source_options o = {.year = 2005};

	c->n = 0;
	fn(c);
	return read_records(put_file("whole", c->b, c->n), &o, NULL, NULL);
}

/* Each bit another, all of them, and the numbers of block types. */
static uint8_t
other_byte(uint8_t good, unsigned int v)
{
	if (v < 8)
		return good ^ (uint8_t)(1U << v);
	return v == 8 ? (uint8_t)~good : (uint8_t)(v - 9);
}

static void
survive_any_byte(make_fn *fn)
{
	static struct capture c;
	char *want = make(fn, &c);

	assert_int_equal(rows_of((char *)c.b, c.n, want), rows_below(ROWS));
	for (size_t at = 0; at < c.n; at++) {
		uint8_t good = c.b[at];
		unsigned int need = needed(&c, at);

		for (unsigned int v = 0; v < 16; v++) {
			c.b[at] = other_byte(good, v);
			if ((rows_of((char *)c.b, c.n, want) & need) != need)
				fail_msg("byte %zu as %02x loses packets", at,
				    c.b[at]);
		}
		c.b[at] = good;
	}
	free(want);
}

static void
survive_any_cut(make_fn *fn)
{
	static struct capture c;
	char *want = make(fn, &c);

	for (size_t cut = 0; cut < c.n; cut++) {
		unsigned int need = rows_below(c.row[cut]);

		assert_int_equal(rows_of((char *)c.b, cut, want) & need, need);
	}
	free(want);
}

static void
packets_of_pcap_survive_any_byte(void **state)
{
	(void)state;
	survive_any_byte(pcap_file);
}

static void
packets_of_pcap_survive_any_cut(void **state)
{
	(void)state;
	survive_any_cut(pcap_file);
}

static void
packets_of_pcapng_survive_any_byte(void **state)
{
	(void)state;
	survive_any_byte(pcapng_file);
}

static void
packets_of_pcapng_survive_any_cut(void **state)
{
	(void)state;
	survive_any_cut(pcapng_file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packets_of_pcap_survive_any_byte),
	    cmocka_unit_test(packets_of_pcap_survive_any_cut),
	    cmocka_unit_test(packets_of_pcapng_survive_any_byte),
	    cmocka_unit_test(packets_of_pcapng_survive_any_cut),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
