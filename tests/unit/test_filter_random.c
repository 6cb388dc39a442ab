/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random filters on random records, against a plain evaluator. */
#include "common/err.h"
#include "common/filter.h"
#include "common/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/random_filter.h"
#include "tests/unit/random_record.h"
#include "tests/unit/plain_filter.h"

#define FILTERS 4000
#define RECORDS 40

static bool
has_host(const struct addr *host, size_t n, const struct record *r)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(&host[i], &r->src) || addr_eq(&host[i], &r->dst))
			return true;
	return false;
}

/* Returns how often the filter matched. */
static size_t
compare(const struct expr *x, const char *text)
{
	struct addr host[64];
	struct err e;
	struct filter *f = filter_parse(text, site, &e);
	size_t needed, matched = 0;

	if (f == NULL)
		fail_msg("%s: %s", text, e.text);
	needed = filter_needs_hosts(f, host, COUNT(host));
	for (size_t i = 0; i < RECORDS; i++) {
		struct record r = random_record();
		struct filter_subject s = {.record = &r,
		    .sensor =
			below(4) == 0 ? NULL : sensors[below(COUNT(sensors))]};
		bool yes = filter_match(f, &s);

		if (yes != holds(x, &r, s.sensor))
			fail_msg("%s: %d", text, yes);
		if (yes && needed > 0 && !has_host(host, needed, &r))
			fail_msg("%s does not need these hosts", text);
		matched += yes;
	}
	filter_free(f);
	return matched;
}

static void
a_filter_means_what_its_words_mean(void **state)
{
	size_t matched = 0;

	(void)state;
	for (seed = 1; seed < FILTERS; seed++) {
		uint64_t number = seed;
		struct expr *x = random_expr((int)below(DEPTH));
		char *text;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_non_null(f);
		put_expr(f, x);
		fclose(f);
		matched += compare(x, text);
		free(text);
		free_expr(x);
		seed = number;
	}
	/* A test in which nothing or everything matched would prove little. */
	assert_true(matched > FILTERS * RECORDS / 10);
	assert_true(matched < FILTERS * RECORDS * 9 / 10);
}

static void
a_connection_matches_as_its_syn_does(void **state)
{
	(void)state;
	for (seed = 1; seed < FILTERS; seed++) {
		uint64_t number = seed;
		struct expr *x = random_expr((int)below(DEPTH));
		struct record r = random_record();
		struct filter *filter;
		char *text;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_non_null(f);
		put_expr(f, x);
		fclose(f);
		filter = filter_parse(text, site, NULL);
		assert_non_null(filter);
		r.has = HAS_FLAGS;
		r.flags = TCP_SYN;
		r.proto = 6;
		r.hook = HOOK_NONE;
		r.time_ns = TIME_NONE;
		r.in_if = r.out_if = r.prefix = NULL;
		if (filter_match_connection(filter, &r.src, r.sport, &r.dst,
			r.dport, "pot1") != holds(x, &r, "pot1"))
			fail_msg("%s", text);
		filter_free(filter);
		free(text);
		free_expr(x);
		seed = number;
	}
}

static int
make_site(void **state)
{
	(void)state;
	site = random_site();
	return site == NULL ? -1 : 0;
}

static int
free_site(void **state)
{
	(void)state;
	site_free(site);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_filter_means_what_its_words_mean),
	    cmocka_unit_test(a_connection_matches_as_its_syn_does),
	};

	return cmocka_run_group_tests(tests, make_site, free_site);
}
