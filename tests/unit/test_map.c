/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/map.h"

#include "tests/unit/cm.h"

#include <string.h>

static uint64_t *
put(struct map *m, uint64_t key, bool *is_new)
{
	return map_put(m, &key, is_new);
}

static uint64_t *
get(struct map *m, uint64_t key)
{
	return map_get(m, &key);
}

static void
a_new_entry_is_zero_and_then_keeps_its_value(void **state)
{
	struct map *m = map_new(8, 8, 4);
	bool is_new;

	(void)state;
	assert_null(get(m, 7));
	*put(m, 7, &is_new) += 3;
	assert_true(is_new);
	*put(m, 7, &is_new) += 4;
	assert_false(is_new);
	assert_int_equal(*get(m, 7), 7);
	assert_int_equal(*(const uint64_t *)map_key(m, get(m, 7)), 7);
	map_remove(m, get(m, 7));
	assert_null(get(m, 7));
	assert_int_equal(*put(m, 7, &is_new), 0);
	map_free(m);
}

struct evicted {
	uint64_t key[8];
	size_t n;
};

static void
note_evicted(void *arg, const void *key, void *value)
{
	struct evicted *e = arg;

	(void)value;
	memcpy(&e->key[e->n++], key, 8);
}

static void
a_full_map_evicts_the_oldest_and_counts_it(void **state)
{
	struct map *m = map_new(8, 8, 3);
	struct evicted e = {.n = 0};
	bool is_new;

	(void)state;
	map_on_evict(m, note_evicted, &e);
	for (uint64_t k = 1; k <= 3; k++)
		put(m, k, &is_new);
	map_touch(m, get(m, 1));
	put(m, 4, &is_new);
	put(m, 5, &is_new);
	assert_int_equal(e.n, 2);
	assert_int_equal(e.key[0], 2);
	assert_int_equal(e.key[1], 3);
	assert_int_equal(map_evicted(m), 2);
	assert_int_equal(map_count(m), 3);
	assert_non_null(get(m, 1));
	map_free(m);
}

static void
a_map_of_one_entry_holds_the_last_key(void **state)
{
	struct map *m = map_new(8, 0, 1);
	bool is_new;

	(void)state;
	for (uint64_t k = 0; k < 100; k++)
		put(m, k, &is_new);
	assert_int_equal(map_count(m), 1);
	assert_int_equal(map_evicted(m), 99);
	assert_non_null(get(m, 99));
	assert_null(get(m, 98));
	map_free(m);
}

static void
a_map_without_values_is_a_set(void **state)
{
	struct map *m = map_new(8, 0, 2);
	uint64_t key = 1;
	bool is_new;

	(void)state;
	map_put(m, &key, &is_new);
	put(m, 2, &is_new);
	map_touch(m, map_get(m, &key));
	put(m, 3, &is_new);
	assert_non_null(map_get(m, &key));
	assert_int_equal(*(const uint64_t *)map_key(m, map_get(m, &key)), 1);
	map_remove(m, map_get(m, &key));
	assert_null(map_get(m, &key));
	map_free(m);
}

static void
entries_are_walked_from_the_oldest_to_the_youngest(void **state)
{
	struct map *m = map_new(8, 8, 8);
	const uint64_t order[] = {2, 4, 1};
	size_t i = 0;
	bool is_new;

	(void)state;
	assert_null(map_oldest(m));
	for (uint64_t k = 1; k <= 4; k++)
		put(m, k, &is_new);
	map_remove(m, get(m, 3));
	map_touch(m, get(m, 1));
	for (void *v = map_oldest(m); v != NULL; v = map_younger(m, v))
		assert_int_equal(*(const uint64_t *)map_key(m, v), order[i++]);
	assert_int_equal(i, 3);
	map_free(m);
}

/* A plain array says what the map must hold. */
static void
a_million_random_steps_agree_with_an_array(void **state)
{
	enum {
		KEYS = 512
	};
	struct map *m = map_new(24, 8, KEYS);
	uint64_t want[KEYS] = {0}, seed = 42;
	size_t n = 0;
	bool is_new;

	(void)state;
	for (int step = 0; step < 1000000; step++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		uint64_t k = seed >> 33, key[3] = {k % KEYS, 0, 1};
		uint64_t *v;

		if (k & 0x400000) {
			v = map_put(m, key, &is_new);
			assert_int_equal(is_new, want[key[0]] == 0);
			n += is_new;
			want[key[0]] = *v = k | 1;
		} else if ((v = map_get(m, key)) != NULL) {
			assert_int_equal(*v, want[key[0]]);
			map_remove(m, v);
			want[key[0]] = 0;
			n--;
		} else {
			assert_int_equal(want[key[0]], 0);
		}
		assert_int_equal(map_count(m), n);
	}
	assert_int_equal(map_evicted(m), 0);
	map_free(m);
}

static void
a_map_that_fills_up_loses_nobody(void **state)
{
	enum {
		MANY = 300000
	};
	struct map *m = map_new(8, 8, MANY);
	bool is_new;
	uint64_t n = 0;

	(void)state;
	for (uint64_t k = 0; k < MANY; k++) {
		*put(m, k, &is_new) = 3 * k;
		if (k % 3 == 0)
			map_remove(m, get(m, k / 2));
	}
	for (uint64_t k = 0; k < MANY; k++)
		if (get(m, k) != NULL) {
			assert_int_equal(*get(m, k), 3 * k);
			n++;
		}
	assert_int_equal(n, map_count(m));
	assert_int_equal(n, MANY - MANY / 3);
	map_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_new_entry_is_zero_and_then_keeps_its_value),
	    cmocka_unit_test(a_full_map_evicts_the_oldest_and_counts_it),
	    cmocka_unit_test(a_map_of_one_entry_holds_the_last_key),
	    cmocka_unit_test(a_map_without_values_is_a_set),
	    cmocka_unit_test(
		entries_are_walked_from_the_oldest_to_the_youngest),
	    cmocka_unit_test(a_map_that_fills_up_loses_nobody),
	    cmocka_unit_test(a_million_random_steps_agree_with_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
