/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/cm.h"

#include "common/batch.h"
#include "common/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define ROWS 1024

static struct addr
v4(uint32_t a)
{
	return addr_from_v4((const uint8_t[]){(uint8_t)(a >> 24),
	    (uint8_t)(a >> 16), (uint8_t)(a >> 8), (uint8_t)a});
}

/* Says nothing that is not the default of its column. */
static struct record
plain(void)
{
	return (struct record){
	    .time_ns = TIME_NONE, .src = v4(1), .dst = v4(1), .proto = 6};
}

/* The value 'i' in every column. */
static struct record
full(uint32_t i)
{
	return (struct record){
	    .time_ns = i,
	    .src = v4(2 * i),
	    .dst = v4(2 * i + 1),
	    .sport = (uint16_t)i,
	    .dport = (uint16_t)(i + 1),
	    .window = (uint16_t)(i + 2),
	    .has = HAS_TIME | HAS_COUNTS,
	    .proto = 17,
	    .flags = (uint8_t)i,
	    .ttl = (uint8_t)(i + 3),
	    .hook = HOOK_EGRESS,
	    .seq = i + 4,
	    .ack = i + 5,
	    .opts = i + 6,
	    .mark = i + 7,
	    .uid = i + 8,
	    .packets = (uint64_t)i << 40,
	    .octets = (uint64_t)i << 48,
	    .in_if = i % 2 == 0 ? "even" : "odd",
	    .out_if = "eth0",
	    .prefix = "synhive out",
	};
}

static void
assert_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_true(a == b);
	else
		assert_string_equal(a, b);
}

static void
assert_same(const struct record *a, const struct record *b)
{
	assert_true(a->time_ns == b->time_ns);
	assert_true(addr_eq(&a->src, &b->src));
	assert_true(addr_eq(&a->dst, &b->dst));
	assert_int_equal(a->sport, b->sport);
	assert_int_equal(a->dport, b->dport);
	assert_int_equal(a->window, b->window);
	assert_int_equal(a->has, b->has);
	assert_int_equal(a->proto, b->proto);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->ttl, b->ttl);
	assert_int_equal(a->hook, b->hook);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ack, b->ack);
	assert_int_equal(a->opts, b->opts);
	assert_int_equal(a->mark, b->mark);
	assert_int_equal(a->uid, b->uid);
	assert_true(a->packets == b->packets);
	assert_true(a->octets == b->octets);
	assert_text(a->in_if, b->in_if);
	assert_text(a->out_if, b->out_if);
	assert_text(a->prefix, b->prefix);
}

static void
assert_row(struct builder *b, size_t i, const struct record *expected)
{
	struct record got;

	batch_get(builder_view(b), i, &got);
	assert_same(&got, expected);
}

static void
records_come_out_as_they_went_in(void **state)
{
	struct builder *b = builder_new(ROWS, WIRE_BATCH_MAX);

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		struct record r = full(i);

		assert_int_equal(builder_put(b, &r), 0);
	}
	assert_int_equal(builder_count(b), 100);
	assert_true(batch_is_sound(builder_view(b)));
	for (uint32_t i = 0; i < 100; i++) {
		struct record r = full(i);

		assert_row(b, i, &r);
	}
	builder_free(b);
}

static void
a_column_of_defaults_is_absent(void **state)
{
	struct builder *b = builder_new(ROWS, WIRE_BATCH_MAX);
	struct record r = plain();
	const struct batch *view;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(builder_put(b, &r), 0);
	view = builder_view(b);
#define COLUMN(name, type, absent) assert_null(view->name);
#include "common/record_columns.def"
#undef COLUMN
	assert_int_equal(view->n_addr, 1);
	assert_int_equal(view->n_name, 0);
	assert_true(batch_is_sound(view));
	assert_row(b, 2, &r);
	builder_free(b);
}

/* Change one column of 'r'. */
struct change {
	const char *column;
	void (*make)(struct record *r);
};

#define CHANGE(member, value)                                                  \
	static void change_##member(struct record *r)                          \
	{                                                                      \
		r->member = (value);                                           \
	}
CHANGE(has, HAS_TTL)
CHANGE(sport, 1)
CHANGE(dport, 1)
CHANGE(proto, 17)
CHANGE(flags, 1)
CHANGE(ttl, 1)
CHANGE(window, 1)
CHANGE(seq, 1)
CHANGE(ack, 1)
CHANGE(opts, 1)
CHANGE(hook, HOOK_IN)
CHANGE(mark, 1)
CHANGE(uid, 1)
CHANGE(packets, 1)
CHANGE(octets, 1)
CHANGE(in_if, "a")
CHANGE(out_if, "b")
CHANGE(prefix, "c")
CHANGE(src, v4(9))
CHANGE(dst, v4(9))

static const struct change changes[] = {
#define COLUMN(name, type, absent) {#name, change_##name},
#include "common/record_columns.def"
#undef COLUMN
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

/* How many columns are there; 'name' must be one of them. */
static size_t
columns_present(const struct batch *view, const char *column)
{
	size_t n = 0;
	bool found = false;

#define COLUMN(name, type, absent)                                             \
	n += view->name != NULL;                                               \
	found = found || (view->name != NULL && strcmp(#name, column) == 0);
#include "common/record_columns.def"
#undef COLUMN
	if (!found)
		fail_msg("column %s is absent", column);
	return n;
}

static void
each_column_is_there_when_one_row_needs_it(void **state)
{
	struct builder *b = builder_new(ROWS, WIRE_BATCH_MAX);

	(void)state;
	for (size_t i = 0; i < CHANGES; i++) {
		struct record before = plain(), changed = plain();

		changes[i].make(&changed);
		assert_int_equal(builder_put(b, &before), 0);
		assert_int_equal(builder_put(b, &changed), 0);
		assert_int_equal(builder_put(b, &before), 0);
		assert_int_equal(
		    columns_present(builder_view(b), changes[i].column), 1);
		assert_row(b, 0, &before);
		assert_row(b, 1, &changed);
		assert_row(b, 2, &before);
		builder_reset(b);
	}
	builder_free(b);
}

static void
a_reset_builder_remembers_nothing(void **state)
{
	struct builder *b = builder_new(4, WIRE_BATCH_MAX);
	struct record r = plain();

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct record f = full(i);

		assert_int_equal(builder_put(b, &f), 0);
	}
	builder_reset(b);
	assert_int_equal(builder_count(b), 0);
	assert_int_equal(builder_put(b, &r), 0);
	assert_int_equal(builder_view(b)->n_addr, 1);
	assert_int_equal(builder_view(b)->n_name, 0);
	assert_null(builder_view(b)->seq);
	assert_row(b, 0, &r);
	builder_free(b);
}

static void
the_row_after_the_last_is_refused_and_changes_nothing(void **state)
{
	struct builder *b = builder_new(2, WIRE_BATCH_MAX);
	struct record r = full(1), other = full(2);

	(void)state;
	assert_int_equal(builder_put(b, &r), 0);
	assert_int_equal(builder_put(b, &r), 0);
	assert_int_equal(builder_put(b, &other), -1);
	assert_int_equal(builder_count(b), 2);
	assert_int_equal(builder_view(b)->n_addr, 2);
	assert_row(b, 1, &r);
	builder_free(b);
}

static void
equal_addresses_and_names_are_kept_once(void **state)
{
	struct builder *b = builder_new(ROWS, WIRE_BATCH_MAX);
	struct record r = full(7);

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(builder_put(b, &r), 0);
	assert_int_equal(builder_view(b)->n_addr, 2);
	assert_int_equal(builder_view(b)->n_name, 3);
	builder_free(b);
}

static void
a_record_always_fits_into_an_empty_builder(void **state)
{
	struct builder *b = builder_new(ROWS, 1);
	struct record r = full(7);

	(void)state;
	assert_int_equal(builder_put(b, &r), 0);
	assert_int_equal(builder_put(b, &r), -1);
	builder_reset(b);
	assert_int_equal(builder_put(b, &r), 0);
	builder_free(b);
}

static void
a_name_is_never_lost_for_want_of_room(void **state)
{
	struct builder *b = builder_new(ROWS, WIRE_BATCH_MAX);
	uint32_t i;

	(void)state;
	for (i = 0; i < ROWS; i++) {
		char name[16];
		struct record r = full(i);

		snprintf(name, sizeof(name), "port%u", i);
		r.in_if = name;
		if (builder_put(b, &r) == -1)
			break;
		assert_row(b, i, &r);
	}
	assert_true(i > 200 && i < 256);
	builder_free(b);
}

static void
a_long_name_is_cut_not_overrun(void **state)
{
	struct builder *b = builder_new(ROWS, WIRE_BATCH_MAX);
	struct record r = plain(), got;
	char name[NAME_TEXT_MAX + 50];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	r.prefix = name;
	assert_int_equal(builder_put(b, &r), 0);
	batch_get(builder_view(b), 0, &got);
	assert_int_equal(strlen(got.prefix), NAME_TEXT_MAX - 1);
	builder_free(b);
}

/* Nanoseconds for a row whose addresses are 'step' apart. */
static int64_t
cost_of_step(struct builder *b, uint32_t step)
{
	int64_t start_ns = clock_mono_ns();

	for (uint32_t i = 0; i < ROWS; i++) {
		struct record r = plain();

		r.src = v4(0x0b0b0000 + i * step);
		assert_int_equal(builder_put(b, &r), 0);
	}
	start_ns = clock_mono_ns() - start_ns;
	builder_reset(b);
	return start_ns;
}

static void
addresses_of_one_network_are_as_fast_as_any(void **state)
{
	struct builder *b = builder_new(ROWS, 1 << 20);
	int64_t near_ns = INT64_MAX, far_ns = INT64_MAX;

	(void)state;
	/* The best of ten rounds each: another process may have had the rest.
	 * Where they share slots it is 30 times slower. */
	for (int i = 0; i < 10; i++) {
		int64_t near = cost_of_step(b, 61);
		int64_t far = cost_of_step(b, 2654435761);

		near_ns = near < near_ns ? near : near_ns;
		far_ns = far < far_ns ? far : far_ns;
	}
	assert_true(near_ns < 6 * far_ns);
	builder_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records_come_out_as_they_went_in),
	    cmocka_unit_test(a_column_of_defaults_is_absent),
	    cmocka_unit_test(each_column_is_there_when_one_row_needs_it),
	    cmocka_unit_test(a_reset_builder_remembers_nothing),
	    cmocka_unit_test(
		the_row_after_the_last_is_refused_and_changes_nothing),
	    cmocka_unit_test(equal_addresses_and_names_are_kept_once),
	    cmocka_unit_test(a_record_always_fits_into_an_empty_builder),
	    cmocka_unit_test(a_name_is_never_lost_for_want_of_room),
	    cmocka_unit_test(a_long_name_is_cut_not_overrun),
	    cmocka_unit_test(addresses_of_one_network_are_as_fast_as_any),
	};

	if (sodium_init() == -1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
