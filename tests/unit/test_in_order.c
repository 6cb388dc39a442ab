/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include "aggregator/cli/in_order.h"
#include "aggregator/cli/place.h"
#include "aggregator/cli/wanted.h"
#include "common/filter.h"
#include "common/site.h"

#define RECORDS 500

struct got {
	uint32_t seq[RECORDS];
	int64_t time[RECORDS];
	size_t n;
};

static int
note(void *arg, const struct record *r, const char *sensor, int64_t received_ns,
    struct err *e)
{
	struct got *g = arg;

	(void)received_ns;
	(void)e;
	assert_string_equal(sensor, "pot1");
	assert_true(g->n < RECORDS);
	g->seq[g->n] = r->seq;
	g->time[g->n] = r->has & HAS_TIME ? r->time_ns : TIME_NONE;
	g->n++;
	return 0;
}

/* Times go to and fro, and many are equal. */
static void
fill_unordered(struct fixture *f)
{
	for (uint64_t i = 0; i < RECORDS / 5; i++) {
		f->now_ns = DAY_1 + (int64_t)(mixed(i) % 40) * 1000 -
			    (int64_t)f->made * 1000;
		fill(f, 1, 5);
	}
}

static void
check(const struct got *g)
{
	bool seen[RECORDS + 1] = {false};

	assert_int_equal(g->n, RECORDS);
	for (size_t i = 0; i < g->n; i++) {
		assert_false(seen[g->seq[i]]);
		seen[g->seq[i]] = true;
		if (i == 0)
			continue;
		assert_true(g->time[i - 1] <= g->time[i]);
		if (g->time[i - 1] == g->time[i])
			assert_true(g->seq[i - 1] < g->seq[i]);
	}
}

static void
records_come_in_order_of_time_however_few_are_held(void **state)
{
	static const uint32_t held[] = {1, 2, 7, 64, 249, 250, 251, 10000};
	struct fixture *f = *state;
	struct site *site = site_new();
	struct place p = {.site = site, .dir = f->dir};
	struct options o = {.since_ns = TIME_NONE, .until_ns = TIME_NONE};

	fill_unordered(f);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++) {
		struct got g = {.n = 0};
		struct wanted w;
		int rc = wanted_open(&w, &o, site, NULL, &f->e);

		if (rc == 0)
			rc = in_order(&p, &w, held[i], note, &g, &f->e);
		if (rc == -1)
			fail_msg("%s", f->e.text);
		check(&g);
		wanted_close(&w);
	}
	site_free(site);
}

static void
a_filter_and_times_choose_the_same_records_in_every_reading(void **state)
{
	struct fixture *f = *state;
	struct site *site = site_new();
	struct place p = {.site = site, .dir = f->dir};
	struct options o = {
	    .since_ns = DAY_1 + 10 * 1000, .until_ns = DAY_1 + 30 * 1000};
	struct filter *filter = filter_parse("dst port 22", site, &f->e);
	struct got few = {.n = 0}, all = {.n = 0};
	struct wanted w;

	fill_unordered(f);
	assert_int_equal(wanted_open(&w, &o, site, filter, &f->e), 0);
	assert_int_equal(in_order(&p, &w, 3, note, &few, &f->e), 0);
	assert_int_equal(in_order(&p, &w, 1000, note, &all, &f->e), 0);
	wanted_close(&w);
	assert_true(all.n > 20 && all.n < RECORDS / 2);
	assert_memory_equal(&few, &all, sizeof(all));
	filter_free(filter);
	site_free(site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		records_come_in_order_of_time_however_few_are_held, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(
		a_filter_and_times_choose_the_same_records_in_every_reading,
		setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
