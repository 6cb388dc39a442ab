/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random filters over random columns select what they do over the records. */
#include "common/batch.h"
#include "common/err.h"
#include "common/filter.h"
#include "common/filter_rows.h"
#include "common/ranges.h"
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

#define FILTERS 6000
#define ROWS_MAX 2500 /* more than two pieces */

static struct site *site;

/* Rows, and what they were made of. */
struct sample {
	struct builder *builder;
	struct batch batch;
	uint32_t sensor[ROWS_MAX], src[ROWS_MAX], dst[ROWS_MAX];
	struct addr sorted[COUNT(hosts)];
	uint32_t word[4][COUNT(hosts)];
	struct addr_words words;
	struct ports ports; /* that they go to */
	struct rows rows;
};

static int
by_number(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct addr));
}

static uint32_t
find(const struct sample *s, const struct addr *a)
{
	for (uint32_t i = 0; i < s->batch.n_addr; i++)
		if (addr_eq(&s->sorted[i], a))
			return i;
	fail();
	return 0;
}

/* The same rows with their addresses in order. */
static void
sort_addrs(struct sample *s)
{
	struct batch *b = &s->batch;

	memcpy(s->sorted, b->addr, b->n_addr * sizeof(*s->sorted));
	qsort(s->sorted, b->n_addr, sizeof(*s->sorted), by_number);
	for (size_t i = 0; i < b->n; i++) {
		s->src[i] = find(s, &b->addr[batch_src(b, i)]);
		s->dst[i] = find(s, &b->addr[batch_dst(b, i)]);
	}
	for (size_t i = 0; i < b->n_addr; i++)
		for (int w = 0; w < 4; w++) {
			uint32_t v;

			memcpy(&v, s->sorted[i].b + 4 * w, 4);
			s->word[w][i] = __builtin_bswap32(v);
		}
	b->addr = s->sorted;
	b->src = s->src;
	b->dst = s->dst;
	s->words = (struct addr_words){
	    {s->word[0], s->word[1], s->word[2], s->word[3]}, b->n_addr};
}

static void
make_sample(struct sample *s)
{
	size_t n = 1 + below(below(8) == 0 ? ROWS_MAX : 60);
	/* Columns that all rows are without are not there. */
	uint16_t has = below(3) == 0 ? (uint16_t)below(0x200) : 0x1ff;
	bool no_hook = below(4) == 0, tcp = below(4) == 0;

	builder_reset(s->builder);
	s->ports = (struct ports){0};
	for (size_t i = 0; i < n; i++) {
		struct record r = random_record();

		ports_add(&s->ports, r.dport, r.dport);
		r.has &= has;
		if (no_hook)
			r.hook = HOOK_NONE;
		if (tcp)
			r.proto = 6;
		if (!(r.has & HAS_TIME))
			r.time_ns = TIME_NONE;
		assert_int_equal(builder_put(s->builder, &r), 0);
		s->sensor[i] = (uint32_t)below(COUNT(sensors));
	}
	s->batch = *builder_view(s->builder);
	s->rows = (struct rows){&s->batch, s->sensor, sensors, COUNT(sensors)};
	if (below(5) == 0)
		s->rows.n_sensor = 0;
}

static char *
text_of(const struct expr *x)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	put_expr(f, x);
	fclose(f);
	return text;
}

/* Returns how many rows matched. */
static size_t
compare(struct sample *s, const struct filter *f, struct filter_rows *x,
    const char *text)
{
	uint8_t match[ROWS_MAX];
	size_t n = filter_rows_match(x, &s->rows, match), count = 0;
	bool know = filter_rows_know(x, &s->rows);
	struct filter_gap gap;

	for (size_t i = 0; i < s->batch.n; i++) {
		struct record r;
		struct filter_subject subject = {.record = &r,
		    .sensor =
			s->rows.n_sensor == 0 ? NULL : sensors[s->sensor[i]]};

		batch_get(&s->batch, i, &r);
		if (filter_match(f, &subject) != match[i])
			fail_msg("row %zu of %zu: %d: %s", i, s->batch.n,
			    match[i], text);
		if (know && filter_lacks(f, &subject, &gap))
			fail_msg("row %zu lacks %s: %s", i, gap.place, text);
		count += match[i];
	}
	assert_int_equal(count, n);
	return n;
}

static void
columns_are_matched_as_records_are(void **state)
{
	static struct sample s;
	size_t matched = 0, rows = 0, ruled_out = 0;

	(void)state;
	s.builder = builder_new(4096, 1 << 20);
	for (seed = 1; seed < FILTERS; seed++) {
		uint64_t number = seed;
		struct expr *x = random_expr((int)below(DEPTH));
		char *text = text_of(x);
		struct err e;
		struct filter *f = filter_parse(text, site, &e);
		struct filter_rows *fr;
		size_t n;

		if (f == NULL)
			fail_msg("%s: %s", text, e.text);
		fr = filter_rows_new(f, &e);
		make_sample(&s);
		assert_true(filter_rows_bind(fr, NULL, NULL));
		n = compare(&s, f, fr, text);
		if (!filter_rows_bind(fr, NULL, &s.ports)) {
			assert_int_equal(n, 0);
			ruled_out++;
		}
		sort_addrs(&s);
		if (filter_rows_bind(fr, &s.words, &s.ports)) {
			assert_int_equal(compare(&s, f, fr, text), n);
		} else {
			assert_int_equal(n, 0);
			ruled_out++;
		}
		matched += n;
		rows += s.batch.n;
		filter_rows_free(fr);
		filter_free(f);
		free(text);
		free_expr(x);
		seed = number;
	}
	builder_free(s.builder);
	/* Neither all nor nothing. */
	assert_in_range(matched, rows / 10, rows * 9 / 10);
	print_message("%zu ruled out\n", ruled_out);
	assert_true(ruled_out > 10);
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
	    cmocka_unit_test(columns_are_matched_as_records_are),
	};

	return cmocka_run_group_tests(tests, make_site, free_site);
}
