/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/nfilter.h"
#include "tests/unit/filter_site.h"
#include "tests/unit/random_nfilter.h"

#define FILES 3000
#define RECORDS 40

static struct addr
address_of(uint32_t a)
{
	const uint8_t b[4] = {(uint8_t)(a >> 24), (uint8_t)(a >> 16),
	    (uint8_t)(a >> 8), (uint8_t)a};

	return addr_from_v4(b);
}

static struct record
random_record(unsigned int *seed)
{
	return (struct record){
	    .time_ns =
		(BASE + (int64_t)dice(seed, 7)) * NS_PER_SEC + dice(seed, 2),
	    .src = address_of(random_address(seed)),
	    .dst = address_of(random_address(seed)),
	    .sport = (uint16_t)dice(seed, 10),
	    .dport = (uint16_t)dice(seed, 10),
	    .has = HAS_TIME | HAS_COUNTS,
	    .proto = (uint8_t)dice(seed, 10),
	    .packets = dice(seed, 7),
	    .octets = dice(seed, 7),
	};
}

static struct filter *
read_filter(const char *text)
{
	struct err e = {0};
	struct nfilter *f = nfilter_parse("f", text, strlen(text), NULL, 0, &e);
	struct filter *filter = NULL;
	char *told = NULL;

	if (f != NULL)
		told = nfilter_text(f, "d", NULL, NULL, &e);
	if (told != NULL)
		filter = filter_parse(told, site, &e);
	if (filter == NULL)
		fail_msg("%s\n%s", text, e.text);
	nfilter_free(f);
	free(told);
	return filter;
}

static void
a_file_lets_through_what_flow_nfilter_would(void **state)
{
	unsigned int seed = 1, passed = 0;

	(void)state;
	for (int i = 0; i < FILES; i++) {
		struct file file;
		struct filter *f;
		char *text;

		random_file(&file, &seed);
		text = file_text(&file);
		f = read_filter(text);
		for (int k = 0; k < RECORDS; k++) {
			struct record r = random_record(&seed);
			struct filter_subject s = {.record = &r};
			bool pass = file_permits(&file, &r);

			if (filter_match(f, &s) != pass)
				fail_msg("file %d, record %d:\n%s", i, k, text);
			passed += pass;
		}
		filter_free(f);
		free(text);
	}
	assert_in_range(passed, FILES * RECORDS / 5, FILES * RECORDS * 4 / 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_lets_through_what_flow_nfilter_would),
	};

	return cmocka_run_group_tests(tests, make_site, free_site);
}
