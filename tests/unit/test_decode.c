/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/packet.h"

static void
assert_address(const struct addr *a, const char *expected)
{
	char text[ADDR_TEXT_MAX];

	assert_string_equal(addr_format(a, text), expected);
}

static void
an_ipv4_syn_fills_the_record(void **state)
{
	struct packet p = ipv4_syn();
	struct record r;

	(void)state;
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	assert_address(&r.src, "192.0.2.1");
	assert_address(&r.dst, "198.51.100.2");
	assert_int_equal(r.sport, 40000);
	assert_int_equal(r.dport, 22);
	assert_int_equal(r.proto, 6);
	assert_int_equal(r.flags, TCP_SYN);
	assert_int_equal(r.ttl, 61);
	assert_int_equal(r.window, 64240);
	assert_int_equal(r.seq, 0x01020304);
	assert_int_equal(r.ack, 0x05060708);
	assert_int_equal(r.opts, 0);
	assert_int_equal(
	    r.has, HAS_FLAGS | HAS_SEQ | HAS_TTL | HAS_WINDOW | HAS_OPTS);
}

static void
what_a_packet_cannot_know_is_cleared(void **state)
{
	struct packet p = ipv4_syn();
	struct record r;

	(void)state;
	memset(&r, 0xff, sizeof(r));
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	assert_true(r.time_ns == TIME_NONE);
	assert_int_equal(r.hook, HOOK_NONE);
	assert_int_equal(r.mark, 0);
	assert_int_equal(r.uid, 0);
	assert_true(r.packets == 0 && r.octets == 0);
	assert_null(r.in_if);
	assert_null(r.out_if);
	assert_null(r.prefix);
}

static void
an_ipv6_syn_fills_the_record(void **state)
{
	struct packet p = {.n = 0};
	struct record r;

	(void)state;
	put_ipv6(&p, 6, 20);
	put_tcp(&p, TCP_SYN, 0);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	assert_address(&r.src, "2001:db8::1");
	assert_address(&r.dst, "2001:db8::2");
	assert_int_equal(r.ttl, 57);
	assert_int_equal(r.dport, 22);
}

static void
an_ipv4_mapped_address_is_the_ipv4_address(void **state)
{
	struct packet p = {.n = 0};
	struct record r;
	struct addr v4;

	(void)state;
	put_ipv6(&p, 6, 20);
	put_tcp(&p, TCP_SYN, 0);
	memcpy(p.b + 8, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01", 16);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	assert_int_equal(addr_parse("192.0.2.1", &v4), 0);
	assert_true(addr_eq(&r.src, &v4));
	assert_address(&r.src, "192.0.2.1");
}

static void
flags_are_kept_with_the_bits_of_ecn(void **state)
{
	static const struct {
		uint8_t flags;
		bool syn, synack, rst;
	} row[] = {
	    {TCP_SYN, true, false, false},
	    {TCP_SYN | TCP_ECE | TCP_CWR, true, false, false},
	    {TCP_SYN | TCP_ACK, false, true, false},
	    {TCP_SYN | TCP_ACK | TCP_ECE, false, true, false},
	    {TCP_RST | TCP_ACK, false, false, true},
	    {TCP_SYN | TCP_FIN, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct packet p = {.n = 0};
		struct record r;

		put_ipv4(&p, 6, 20);
		put_tcp(&p, row[i].flags, 0);
		assert_int_equal(
		    decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
		assert_int_equal(r.flags, row[i].flags);
		assert_int_equal(flags_are_syn(r.flags), row[i].syn);
		assert_int_equal(flags_are_synack(r.flags), row[i].synack);
		assert_int_equal(flags_are_rst(r.flags), row[i].rst);
	}
}

static void
ip_options_are_skipped(void **state)
{
	struct packet p = {.n = 0};
	struct record r;

	(void)state;
	put_ipv4(&p, 6, 24);
	p.b[0] = 0x46;
	PUT(&p, 0x94, 4, 0, 0); /* router alert */
	put_tcp(&p, TCP_SYN, 0);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	assert_int_equal(r.dport, 22);
}

static void
ethernet_carries_up_to_two_tags(void **state)
{
	static const struct {
		const char *what;
		uint8_t tags[12];
		size_t n;
		enum decode_result result;
	} row[] = {
	    {"none", {0x08, 0x00}, 2, DECODE_OK},
	    {"one", {0x81, 0x00, 0, 10, 0x08, 0x00}, 6, DECODE_OK},
	    {"two, 802.1ad", {0x88, 0xa8, 0, 1, 0x81, 0x00, 0, 2, 0x08, 0x00},
		10, DECODE_OK},
	    {"two, older", {0x91, 0x00, 0, 1, 0x81, 0x00, 0, 2, 0x08, 0x00}, 10,
		DECODE_OK},
	    {"ARP", {0x08, 0x06}, 2, DECODE_NOT_IP},
	    {"a length", {0x00, 0x28}, 2, DECODE_NOT_IP},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct packet p = {.n = 12}, ip = ipv4_syn();
		struct record r;

		put(&p, row[i].tags, row[i].n);
		put(&p, ip.b, ip.n);
		if (decode(DECODE_ETHERNET, &p, p.n, &r) != row[i].result)
			fail_msg("tags: %s", row[i].what);
		if (row[i].result == DECODE_OK)
			assert_address(&r.src, "192.0.2.1");
	}
}

static void
a_third_tag_is_not_ip(void **state)
{
	struct packet p = {.n = 12}, ip = ipv4_syn();
	struct record r;

	(void)state;
	PUT(&p, 0x81, 0, 0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 0x08, 0x00);
	put(&p, ip.b, ip.n);
	assert_int_equal(decode(DECODE_ETHERNET, &p, p.n, &r), DECODE_NOT_IP);
}

static void
ethernet_padding_is_no_tcp_option(void **state)
{
	struct packet p = {.n = 12};
	struct record r;

	(void)state;
	PUT(&p, 0x08, 0x00);
	put_ipv4(&p, 6, 20);
	/* A header that claims four bytes of options; they are padding. */
	put_tcp(&p, TCP_SYN, 4);
	PUT(&p, 2, 4, 5, 0xb4, 0, 0);
	assert_int_equal(decode(DECODE_ETHERNET, &p, p.n, &r), DECODE_OK);
	assert_int_equal(r.opts, 0);
	assert_int_equal(r.has & HAS_OPTS, 0);
}

static void
only_the_first_fragment_has_ports(void **state)
{
	struct packet p = ipv4_syn();
	struct record r;

	(void)state;
	p.b[6] = 0x20; /* more fragments, offset 0 */
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	p.b[7] = 1;
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_FRAGMENT);
	p.b[6] = 0x1f;
	p.b[7] = 0xff;
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_FRAGMENT);
}

static void
an_ipv6_fragment_header_is_walked(void **state)
{
	struct packet p = {.n = 0};
	struct record r;

	(void)state;
	put_ipv6(&p, 44, 28);
	PUT(&p, 6, 0, 0, 1, 1, 2, 3, 4); /* more fragments, offset 0 */
	put_tcp(&p, TCP_SYN, 0);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	assert_int_equal(r.dport, 22);
	p.b[40 + 3] = 8;
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_FRAGMENT);
}

static void
an_authentication_header_counts_in_fours(void **state)
{
	struct packet p = {.n = 0};
	struct record r;

	(void)state;
	put_ipv6(&p, 51, 44);
	PUT(&p, 6, 4, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2); /* (4 + 2) * 4 bytes */
	PUT(&p, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3);
	put_tcp(&p, TCP_SYN, 0);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	assert_int_equal(r.dport, 22);
}

/* 'n' headers of destination options before a SYN. */
static enum decode_result
decode_extended(size_t n, struct record *out)
{
	struct packet p = {.n = 0};

	put_ipv6(&p, n == 0 ? 6 : 60, 8 * n + 20);
	for (size_t i = 1; i <= n; i++)
		PUT(&p, i == n ? 6 : 60, 0, 1, 4, 0, 0, 0, 0);
	put_tcp(&p, TCP_SYN, 0);
	return decode(DECODE_NETWORK, &p, p.n, out);
}

static void
extension_headers_are_walked_up_to_the_limit(void **state)
{
	struct record r;

	(void)state;
	for (size_t n = 0; n <= DECODE_EXTENSIONS_MAX; n++) {
		assert_int_equal(decode_extended(n, &r), DECODE_OK);
		assert_int_equal(r.dport, 22);
	}
	assert_int_equal(
	    decode_extended(DECODE_EXTENSIONS_MAX + 1, &r), DECODE_NOT_TCP);
}

static void
a_packet_cut_anywhere_before_its_options_is_truncated(void **state)
{
	struct packet v4 = ipv4_syn(), v6 = {.n = 0}, tagged = {.n = 12};
	struct record r;

	(void)state;
	for (size_t n = 0; n < v4.n; n++)
		assert_int_equal(
		    decode(DECODE_NETWORK, &v4, n, &r), DECODE_TRUNCATED);
	put_ipv6(&v6, 60, 28);
	PUT(&v6, 6, 0, 1, 4, 0, 0, 0, 0);
	put_tcp(&v6, TCP_SYN, 0);
	for (size_t n = 0; n < v6.n; n++)
		assert_int_equal(
		    decode(DECODE_NETWORK, &v6, n, &r), DECODE_TRUNCATED);
	PUT(&tagged, 0x81, 0, 0, 1, 0x08, 0x00);
	put(&tagged, v4.b, v4.n);
	for (size_t n = 0; n < tagged.n; n++)
		assert_int_equal(
		    decode(DECODE_ETHERNET, &tagged, n, &r), DECODE_TRUNCATED);
}

static void
lengths_that_cannot_be_are_bad(void **state)
{
	struct packet p = ipv4_syn();
	struct record r;

	(void)state;
	p.b[0] = 0x44;
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_BAD);
	p = ipv4_syn();
	p.b[3] = 19; /* total length below the header's */
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_BAD);
	p = ipv4_syn();
	p.b[32] = 0x40; /* TCP header of 16 bytes */
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_BAD);
}

static void
the_total_length_ends_the_packet(void **state)
{
	struct packet p = ipv4_syn();
	struct record r;

	(void)state;
	p.b[3] = 39; /* one byte short of the TCP header */
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_TRUNCATED);
}

static void
other_protocols_are_named(void **state)
{
	struct packet p = {.n = 0};
	struct record r;

	(void)state;
	put_ipv4(&p, 17, 20);
	put_tcp(&p, 0, 0);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_NOT_TCP);
	p.b[0] = 0x55;
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_NOT_IP);
	p.n = 0;
	put_ipv6(&p, 58, 20);
	put_tcp(&p, 0, 0);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_NOT_TCP);
}

static void
a_jumbogram_has_no_length_to_cut_at(void **state)
{
	struct packet p = {.n = 0};
	struct record r;

	(void)state;
	put_ipv6(&p, 6, 0);
	put_tcp(&p, TCP_SYN, 0);
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
}

static void
every_result_has_a_text(void **state)
{
	(void)state;
	for (int i = DECODE_OK; i <= DECODE_BAD; i++) {
		const char *text = decode_result_text((enum decode_result)i);

		assert_non_null(text);
		for (int j = DECODE_OK; j < i; j++)
			assert_string_not_equal(
			    text, decode_result_text((enum decode_result)j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_ipv4_syn_fills_the_record),
	    cmocka_unit_test(what_a_packet_cannot_know_is_cleared),
	    cmocka_unit_test(an_ipv6_syn_fills_the_record),
	    cmocka_unit_test(an_ipv4_mapped_address_is_the_ipv4_address),
	    cmocka_unit_test(flags_are_kept_with_the_bits_of_ecn),
	    cmocka_unit_test(ip_options_are_skipped),
	    cmocka_unit_test(ethernet_carries_up_to_two_tags),
	    cmocka_unit_test(a_third_tag_is_not_ip),
	    cmocka_unit_test(ethernet_padding_is_no_tcp_option),
	    cmocka_unit_test(only_the_first_fragment_has_ports),
	    cmocka_unit_test(an_ipv6_fragment_header_is_walked),
	    cmocka_unit_test(an_authentication_header_counts_in_fours),
	    cmocka_unit_test(extension_headers_are_walked_up_to_the_limit),
	    cmocka_unit_test(
		a_packet_cut_anywhere_before_its_options_is_truncated),
	    cmocka_unit_test(lengths_that_cannot_be_are_bad),
	    cmocka_unit_test(the_total_length_ends_the_packet),
	    cmocka_unit_test(other_protocols_are_named),
	    cmocka_unit_test(a_jumbogram_has_no_length_to_cut_at),
	    cmocka_unit_test(every_result_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
