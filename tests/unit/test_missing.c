/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the golden cases missing*.records do not show. */
#include "aggregator/correlate/missing.h"
#include "tests/unit/cm.h"
#include "tests/unit/lines.h"

#define SITE                                                                   \
	"home lab 10.0.0.0/16\n"                                               \
	"expected sync - dst host 192.0.2.9\n"                                 \
	"schedule every 1m\n"

struct fixture {
	struct site *site;
	struct missing *m;
	struct alert last;
	unsigned int told, opened;
};

static void
changed(void *arg, struct alert *a, bool update)
{
	struct fixture *f = arg;

	f->last = *a;
	f->told++;
	f->opened += !update;
}

static void
set_up(struct fixture *f)
{
	const struct alerts_sink sink = {f, changed};

	*f = (struct fixture){.site = site_of(SITE)};
	f->m = missing_new(f->site, &sink);
	assert_non_null(f->m);
}

static void
tear_down(struct fixture *f)
{
	missing_free(f->m);
	site_free(f->site);
}

static void
come(struct fixture *f, int64_t t)
{
	struct connection c = {.start_ns = t, .server_port = 123};

	addr_parse("10.0.0.5", &c.client.addr);
	addr_parse("192.0.2.9", &c.server.addr);
	c.expected = site_expected(f->site, &c.client.addr, 1, &c.server.addr,
			 c.server_port, t) != NULL;
	missing_connection(f->m, &c);
}

#define MINUTE (60 * NS_PER_SEC)

/* Without a clock nothing is judged until there are too many windows. */
static void
more_windows_than_are_kept_are_judged_in_their_order(void **state)
{
	struct fixture f;
	struct expectation_state s;

	(void)state;
	set_up(&f);
	for (int i = 0; i < EXPECTATION_SEEN_MAX; i++)
		come(&f, (2 * i + 1) * MINUTE);
	assert_int_equal(f.told, 0);
	for (int i = EXPECTATION_SEEN_MAX; i < 1000; i++)
		come(&f, (2 * i + 1) * MINUTE);
	assert_true(missing_get(f.m, 0, &s));
	assert_true(s.n_seen <= EXPECTATION_SEEN_MAX);
	missing_finish(f.m);
	/* Each second window: 999 gaps, told and ended one by one. */
	assert_int_equal(f.opened, 999);
	tear_down(&f);
}

static void
the_order_of_coming_does_not_matter(void **state)
{
	struct alert plain = {.count = 0};

	(void)state;
	for (int reversed = 0; reversed < 2; reversed++) {
		struct fixture f;

		set_up(&f);
		for (int i = 0; i < 10; i++) {
			int k = reversed ? 9 - i : i;

			come(&f, (k < 5 ? k : k + 3) * MINUTE);
		}
		missing_finish(f.m);
		assert_int_equal(f.opened, 1);
		assert_int_equal(f.last.count, 3);
		if (reversed)
			assert_memory_equal(&f.last, &plain, sizeof(plain));
		plain = f.last;
		tear_down(&f);
	}
}

static void
a_time_beyond_all_clocks_costs_nothing_and_breaks_nothing(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	come(&f, 0);
	come(&f, INT64_MAX);
	come(&f, INT64_MAX - 31 * NS_PER_DAY);
	come(&f, INT64_MIN + 31 * NS_PER_DAY);
	come(&f, TIME_NONE);
	missing_advance(f.m, INT64_MAX);
	missing_advance(f.m, INT64_MIN + 1);
	missing_advance(f.m, MINUTE);
	missing_advance(f.m, INT64_MAX - MINUTE);
	missing_finish(f.m);
	assert_true(f.told > 0 && f.told < 20);
	tear_down(&f);
}

static void
nothing_is_judged_within_a_minute_of_the_first_tick(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	come(&f, 0);
	missing_advance(f.m, 10 * MINUTE);
	assert_int_equal(f.told, 0);
	missing_advance(f.m, 11 * MINUTE - 1);
	assert_int_equal(f.told, 0);
	missing_advance(f.m, 11 * MINUTE);
	assert_int_equal(f.told, 1);
	assert_int_equal(f.last.count, 9);
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		more_windows_than_are_kept_are_judged_in_their_order),
	    cmocka_unit_test(the_order_of_coming_does_not_matter),
	    cmocka_unit_test(
		a_time_beyond_all_clocks_costs_nothing_and_breaks_nothing),
	    cmocka_unit_test(
		nothing_is_judged_within_a_minute_of_the_first_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
