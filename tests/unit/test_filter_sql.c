/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random filters over a store of random records: what its columns select, what
 * SQL does, and what they mean are the same rows.
 */
#include "aggregator/cli/place.h"
#include "aggregator/cli/record_table.h"
#include "common/filter.h"
#include "tests/unit/store_fixture.h"

#include "tests/unit/random_filter.h"
#include "tests/unit/plain_filter.h"
#include "tests/unit/random_record.h"
#include "tests/unit/sql_filter.h"

#ifdef __SANITIZE_ADDRESS__
#define FILTERS 250 /* ten times as slow */
#else
#define FILTERS 1000
#endif
#define RECORDS 360
#define MESSAGE 40 /* a message of each sensor in turn; some stay loose */

static struct record record[RECORDS];
static const char *sensor[RECORDS];

struct asking {
	struct fixture *store;
	struct place place;
	struct options opt;
	struct record_table table;
	struct sql *sql;
};

/* --- the store --- */

static void
put_random(struct fixture *f, size_t first, const char *name)
{
	struct wire_message w = {.kind = WIRE_BATCH};
	struct store_item it = {.sensor = name,
	    .run = {{1}},
	    .sequence = first + 1,
	    .received_ns = DAY_1 + (int64_t)first};
	struct store_pos pos;

	builder_reset(f->builder);
	for (size_t i = first; i < first + MESSAGE; i++) {
		record[i] = random_record();
		record[i].has |= HAS_SEQ;
		record[i].seq = (uint32_t)i;
		sensor[i] = name;
		assert_int_equal(builder_put(f->builder, &record[i]), 0);
	}
	w.batch.records = *builder_view(f->builder);
	w.batch.sequence = it.sequence;
	it.len = wire_pack(f->wire, &w, &it.buf, &f->e);
	it.records = &w.batch.records;
	assert_int_equal(store_put(f->store, &it, &f->e), 1);
	assert_int_equal(store_commit(f->store, &pos, &f->e), 0);
}

static void
fill_randomly(struct fixture *f)
{
	seed = 7;
	for (size_t i = 0; i < RECORDS; i += MESSAGE) {
		put_random(f, i, sensors[i / MESSAGE % COUNT(sensors)]);
		/* As if tomorrow: what is there becomes a block. */
		while (i % (3 * MESSAGE) == 0 &&
		       store_recut(f->store, DAY_1 + NS_PER_DAY, 0, &f->e) == 1)
			continue;
	}
}

/* --- the three --- */

static size_t
select_columns(struct asking *a, const struct filter *f, uint32_t *out)
{
	struct store_query q = everything();
	struct err e;
	struct store_chunk chunk;
	struct store_scan *sc;
	size_t n = 0;
	int rc;

	q.filter = f;
	sc = store_scan_open(a->store->store, &q, &e);
	assert_non_null(sc);
	while ((rc = store_scan_next(sc, &chunk, &e)) == 1)
		for (size_t i = 0; i < chunk.records.n; i++)
			if (chunk.match[i])
				out[n++] = chunk.records.seq[i];
	assert_int_equal(rc, 0);
	store_scan_close(sc);
	return n;
}

static size_t
select_plain(const struct expr *x, uint32_t *out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < RECORDS; i++)
		if (holds(x, &record[i], sensor[i]))
			out[n++] = i;
	return n;
}

static size_t
select_sql(struct asking *a, const char *where, uint32_t *out)
{
	struct sql_value v;
	char *text;
	struct err e;
	size_t n = 0;
	int rc;

	assert_true(
	    asprintf(&text, "SELECT seq FROM records WHERE %s ORDER BY seq",
		where) > 0);
	if (sql_prepare(a->sql, text, &e) == -1)
		fail_msg("%s: %s", text, e.text);
	while ((rc = sql_step(a->sql, &e)) == 1) {
		sql_get(a->sql, 0, &v);
		assert_true(n < RECORDS);
		out[n++] = (uint32_t)v.integer;
	}
	if (rc == -1)
		fail_msg("%s: %s", text, e.text);
	free(text);
	return n;
}

static char *
print(const struct expr *x, bool sql)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	if (sql)
		sql_expr(f, x, true);
	else
		put_expr(f, x);
	fclose(f);
	return text;
}

/* Returns how many rows matched. */
static size_t
compare(struct asking *a, const struct expr *x)
{
	static uint32_t plain[RECORDS], other[RECORDS];
	char *text = print(x, false), *where = print(x, true);
	struct err e;
	struct filter *f = filter_parse(text, site, &e);
	size_t n = select_plain(x, plain);

	if (f == NULL)
		fail_msg("%s: %s", text, e.text);
	if (select_columns(a, f, other) != n ||
	    memcmp(plain, other, n * sizeof(*plain)) != 0)
		fail_msg("columns: %s", text);
	if (select_sql(a, where, other) != n ||
	    memcmp(plain, other, n * sizeof(*plain)) != 0)
		fail_msg("SQL: %s\n%s", text, where);
	filter_free(f);
	free(text);
	free(where);
	return n;
}

static void
columns_sql_and_meaning_agree(void **state)
{
	struct asking *a = *state;
	size_t matched = 0;

	for (seed = 1; seed < FILTERS; seed++) {
		uint64_t number = seed;
		struct expr *x = random_expr((int)below(4));

		/* Half of them begin with what SQLite passes on. */
		if (below(2) == 0) {
			struct expr *both = calloc(1, sizeof(*both));

			both->what = AND;
			both->a = random_expr(0);
			both->b = x;
			x = both;
		}
		matched += compare(a, x);
		free_expr(x);
		seed = number;
	}
	assert_in_range(
	    matched, FILTERS * RECORDS / 20, FILTERS * RECORDS * 9 / 10);
}

static int
setup_asking(void **state)
{
	struct asking *a = calloc(1, sizeof(*a));
	struct err e;

	if (setup(state) == -1)
		return -1;
	a->store = *state;
	site = random_site();
	fill_randomly(a->store);
	a->place = (struct place){
	    .site = site, .dir = a->store->dir, .home_known = true};
	a->opt = (struct options){.since_ns = TIME_NONE, .until_ns = TIME_NONE};
	record_table_init(&a->table, &a->place, &a->opt);
	a->sql = sql_open(&a->table.table, &e);
	*state = a;
	return a->sql == NULL ? -1 : 0;
}

static int
teardown_asking(void **state)
{
	struct asking *a = *state;

	sql_close(a->sql);
	site_free(site);
	*state = a->store;
	free(a);
	return teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		columns_sql_and_meaning_agree, setup_asking, teardown_asking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
