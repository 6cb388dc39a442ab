/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/packet.h"

/* What the options 'bytes' come to. */
static uint32_t
opts_of(const uint8_t *bytes, size_t n, bool *whole)
{
	struct packet p = {.n = 0};
	struct record r;
	size_t padded = (n + 3) / 4 * 4;

	put_ipv4(&p, 6, 20 + padded);
	put_tcp(&p, TCP_SYN, padded);
	put(&p, bytes, n);
	p.n += padded - n;
	assert_int_equal(decode(DECODE_NETWORK, &p, p.n, &r), DECODE_OK);
	*whole = (r.has & HAS_OPTS) != 0;
	return r.opts;
}

#define OPTS(whole, ...)                                                       \
	opts_of((const uint8_t[]){__VA_ARGS__},                                \
	    sizeof((const uint8_t[]){__VA_ARGS__}), whole)

static void
the_order_of_options_is_a_code(void **state)
{
	bool whole;

	(void)state;
	/* Linux: MSS, SACK permitted, timestamps, NOP, window scale */
	assert_int_equal(OPTS(&whole, 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0,
			     0, 0, 0, 1, 3, 3, 7),
	    DECODE_OPT_MSS | DECODE_OPT_SACK << 3 | DECODE_OPT_TIMESTAMP << 6 |
		DECODE_OPT_NOP << 9 | DECODE_OPT_WINDOW << 12);
	assert_true(whole);
	/* The end of the list is the end; fast open and another kind. */
	assert_int_equal(OPTS(&whole, 34, 2, 254, 4, 9, 9, 0, 2),
	    DECODE_OPT_FASTOPEN | DECODE_OPT_OTHER << 3);
	assert_true(whole);
}

static void
the_eleventh_option_is_not_kept(void **state)
{
	bool whole;
	uint32_t tens = 0;

	(void)state;
	for (size_t i = 0; i < DECODE_OPTS_MAX; i++)
		tens |= (uint32_t)DECODE_OPT_NOP << 3 * i;
	assert_int_equal(
	    OPTS(&whole, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 2), tens);
	assert_true(whole);
}

static void
an_option_with_a_wrong_length_ends_the_list(void **state)
{
	bool whole;

	(void)state;
	assert_int_equal(
	    OPTS(&whole, 1, 2, 0, 1), DECODE_OPT_NOP | DECODE_OPT_OTHER << 3);
	assert_int_equal(
	    OPTS(&whole, 1, 2, 1, 1), DECODE_OPT_NOP | DECODE_OPT_OTHER << 3);
	assert_int_equal(OPTS(&whole, 1, 1, 2, 40),
	    DECODE_OPT_NOP | DECODE_OPT_NOP << 3 | DECODE_OPT_OTHER << 6);
	assert_int_equal(OPTS(&whole, 1, 1, 1, 2),
	    DECODE_OPT_NOP | DECODE_OPT_NOP << 3 | DECODE_OPT_NOP << 6 |
		DECODE_OPT_OTHER << 9);
	assert_true(whole);
}

static void
options_cut_off_are_said_to_be_missing(void **state)
{
	struct packet p = {.n = 0};
	struct record r;

	(void)state;
	put_ipv4(&p, 6, 28);
	put_tcp(&p, TCP_SYN, 8);
	PUT(&p, 2, 4, 5, 0xb4, 4, 2, 1, 1);
	assert_int_equal(decode(DECODE_NETWORK, &p, 45, &r), DECODE_OK);
	assert_int_equal(r.opts, DECODE_OPT_MSS);
	assert_int_equal(r.has & HAS_OPTS, 0);
	assert_int_equal(r.dport, 22);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_order_of_options_is_a_code),
	    cmocka_unit_test(the_eleventh_option_is_not_kept),
	    cmocka_unit_test(an_option_with_a_wrong_length_ends_the_list),
	    cmocka_unit_test(options_cut_off_are_said_to_be_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
