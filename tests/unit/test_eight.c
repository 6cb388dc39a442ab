/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/eight.h"

#include "tests/unit/cm.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static uint64_t
of(const char *text)
{
	return eight_bytes(text);
}

static void
a_number_of_one_to_eight_digits_is_read(void **state)
{
	char text[24];
	uint64_t n = 1;

	(void)state;
	for (size_t digits = 1; digits <= 8; digits++, n *= 10)
		for (uint64_t i = 0; i < 10; i++) {
			const uint64_t want = n * i + (n - 1) / 7;

			snprintf(text, sizeof(text), "%0*llu/9:z 4444",
			    (int)digits, (unsigned long long)want);
			assert_int_equal(
			    eight_within(of(text), '0', '9'), digits);
			assert_int_equal(eight_number(of(text), digits), want);
		}
	assert_int_equal(eight_number(of("00000000"), 8), 0);
	assert_int_equal(eight_number(of("99999999"), 8), 99999999);
}

/* Each byte at each place, beside all that could carry into it. */
static void
the_first_other_byte_is_found(void **state)
{
	char text[8];

	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++)
		for (size_t at = 0; at < 8; at++) {
			const char c = (char)byte;
			const bool upper = c >= 'A' && c <= 'Z';

			memset(text, 'Z', sizeof(text));
			text[at] = c;
			assert_int_equal(
			    eight_within(of(text), 'A', 'Z'), upper ? 8 : at);
			memset(text, (int)(byte ^ 1), sizeof(text));
			text[at] = c;
			assert_int_equal(eight_until(of(text), c), at);
			text[7] = (char)(byte ^ 0x80);
			assert_int_equal(
			    eight_until(of(text), c), at == 7 ? 8 : at);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_number_of_one_to_eight_digits_is_read),
	    cmocka_unit_test(the_first_other_byte_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
