/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include "aggregator/store/hosts.h"

static void
a_host_that_is_there_is_never_denied(void **state)
{
	enum {
		N = 5000
	};
	static struct addr addr[N];
	uint8_t *filter = malloc(hosts_bytes(N));

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		uint64_t x = mixed(i + 1);

		addr[i] =
		    v4(10, (uint8_t)(x >> 16), (uint8_t)(x >> 8), (uint8_t)x);
		if (i % 3 == 0)
			memcpy(addr[i].b + 4, &x, 8);
	}
	hosts_fill(filter, addr, N);
	for (size_t i = 0; i < N; i++)
		assert_true(hosts_may_have(filter, hosts_bytes(N), &addr[i]));
	free(filter);
}

/* Neighbouring addresses are the worst case for a weak hash. */
static void
a_stranger_is_let_in_less_than_three_times_in_a_hundred(void **state)
{
	enum {
		N = 20000,
		TRIES = 200000
	};
	static struct addr addr[N];
	uint8_t *filter = malloc(hosts_bytes(N));
	int wrong = 0;

	(void)state;
	for (uint32_t i = 0; i < N; i++)
		addr[i] = v4(10, 0, (uint8_t)(i >> 8), (uint8_t)i);
	hosts_fill(filter, addr, N);
	for (uint32_t i = 0; i < TRIES; i++) {
		struct addr a = v4(10, (uint8_t)(1 + (i >> 16)),
		    (uint8_t)(i >> 8), (uint8_t)i);

		wrong += hosts_may_have(filter, hosts_bytes(N), &a);
	}
	print_message("%.2f %% of strangers\n", 100.0 * wrong / TRIES);
	assert_in_range(wrong, 0, 3 * TRIES / 100);
	free(filter);
}

static void
no_filter_says_yes_and_an_empty_one_no(void **state)
{
	struct addr a = v4(10, 0, 0, 1);
	uint8_t zeroes[8] = {0};

	(void)state;
	assert_true(hosts_may_have(NULL, 0, &a));
	assert_false(hosts_may_have(zeroes, sizeof(zeroes), &a));
	assert_int_equal(hosts_bytes(0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_host_that_is_there_is_never_denied),
	    cmocka_unit_test(
		a_stranger_is_let_in_less_than_three_times_in_a_hundred),
	    cmocka_unit_test(no_filter_says_yes_and_an_empty_one_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
