/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/gather.h"
#include "aggregator/store/dict.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Open addressing, at most half full. */
#define SLOTS_LOG2 18
#define SLOTS (1U << SLOTS_LOG2)
_Static_assert(SLOTS == 2 * BLOCK_ADDRS_MAX, "slots");

struct gather {
	size_t n, n_message, n_addr;
	int64_t *time;
#define COLUMN(name, type, absent) type *name;
#include "common/record_columns.def"
#undef COLUMN
	struct addr *addr;
	uint32_t *slot; /* index into addr plus 1 */
	uint64_t salt;
	struct dict names, sensors;
	uint64_t *id;
	int64_t *received_ns;
	uint32_t *rows, *sensor;
	/* From a message's index into its dictionary to ours, plus 1. */
	uint32_t *map;
	size_t map_room;
	/* Sorting; made with the first time. */
	uint32_t *order[2];
	struct addr *in_order;
	bool sorted;
	struct block_rows view;
};

static bool
alloc_columns(struct gather *g)
{
	bool ok = (g->time = calloc(BLOCK_ROWS_MAX, sizeof(*g->time))) != NULL;

#define COLUMN(name, type, absent)                                             \
	ok = ok && (g->name = calloc(BLOCK_ROWS_MAX, sizeof(type))) != NULL;
#include "common/record_columns.def"
#undef COLUMN
	return ok;
}

static bool
alloc_messages(struct gather *g)
{
	size_t n = BLOCK_MESSAGES_MAX;

	g->id = calloc(n, sizeof(*g->id));
	g->received_ns = calloc(n, sizeof(*g->received_ns));
	g->rows = calloc(n, sizeof(*g->rows));
	g->sensor = calloc(n, sizeof(*g->sensor));
	return g->id != NULL && g->received_ns != NULL && g->rows != NULL &&
	       g->sensor != NULL;
}

struct gather *
gather_new(void)
{
	struct gather *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->addr = calloc(BLOCK_ADDRS_MAX, sizeof(*g->addr));
	g->slot = calloc(SLOTS, sizeof(*g->slot));
	/* Addresses are chosen by strangers; where they land is not. */
	randombytes_buf(&g->salt, sizeof(g->salt));
	if (g->addr == NULL || g->slot == NULL || !alloc_columns(g) ||
	    !alloc_messages(g) || dict_init(&g->names, BLOCK_NAMES_MAX) == -1 ||
	    dict_init(&g->sensors, BLOCK_SENSORS_MAX) == -1) {
		gather_free(g);
		return NULL;
	}
	return g;
}

void
gather_free(struct gather *g)
{
	if (g == NULL)
		return;
	free(g->time);
#define COLUMN(name, type, absent) free(g->name);
#include "common/record_columns.def"
#undef COLUMN
	free(g->addr);
	free(g->slot);
	dict_fini(&g->names);
	dict_fini(&g->sensors);
	free(g->id);
	free(g->received_ns);
	free(g->rows);
	free(g->sensor);
	free(g->map);
	free(g->order[0]);
	free(g->order[1]);
	free(g->in_order);
	free(g);
}

void
gather_reset(struct gather *g)
{
	if (g->n_addr > 0)
		memset(g->slot, 0, SLOTS * sizeof(*g->slot));
	g->n = g->n_message = g->n_addr = 0;
	g->sorted = false;
	dict_reset(&g->names);
	dict_reset(&g->sensors);
}

/* The highest bits of a product are those that all others went into. */
static size_t
slot_of(const struct gather *g, const struct addr *a)
{
	uint64_t x[2];

	memcpy(x, a->b, 16);
	x[0] = (x[0] ^ g->salt) * UINT64_C(0x9e3779b97f4a7c15);
	x[1] = (x[1] ^ x[0] ^ x[0] >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	x[1] = (x[1] ^ x[1] >> 32) * UINT64_C(0x94d049bb133111eb);
	return x[1] >> (64 - SLOTS_LOG2);
}

static uint32_t
index_addr(struct gather *g, const struct addr *a)
{
	size_t at = slot_of(g, a);

	for (; g->slot[at] != 0; at = (at + 1) & (SLOTS - 1))
		if (addr_eq(&g->addr[g->slot[at] - 1], a))
			return g->slot[at] - 1;
	g->addr[g->n_addr] = *a;
	g->slot[at] = (uint32_t)++g->n_addr;
	return (uint32_t)g->n_addr - 1;
}

/* Room for 'n' entries of g->map, cleared. */
static int
clear_map(struct gather *g, size_t n)
{
	if (n > g->map_room) {
		uint32_t *more = reallocarray(g->map, n, sizeof(*more));

		if (more == NULL)
			return -1;
		g->map = more;
		g->map_room = n;
	}
	if (n > 0)
		memset(g->map, 0, n * sizeof(*g->map));
	return 0;
}

/* Only addresses that a row has come along. */
static void
put_addrs(
    struct gather *g, const struct batch *b, const uint32_t *from, uint32_t *to)
{
	for (size_t i = 0; i < b->n; i++) {
		uint32_t index = from == NULL ? 0 : from[i];

		if (g->map[index] == 0)
			g->map[index] = index_addr(g, &b->addr[index]) + 1;
		to[i] = g->map[index] - 1;
	}
}

/* 0 stays 0: no name. */
static void
put_names(
    struct gather *g, const struct batch *b, const uint32_t *from, uint32_t *to)
{
	if (from == NULL) {
		memset(to, 0, b->n * sizeof(*to));
		return;
	}
	for (size_t i = 0; i < b->n; i++) {
		uint32_t at = from[i];

		if (at > 0 && g->map[at - 1] == 0)
			g->map[at - 1] =
			    dict_index(&g->names, b->name[at - 1]) + 1;
		to[i] = at == 0 ? 0 : g->map[at - 1];
	}
}

#define PUT_VALUES(type)                                                       \
	static void put_##type(                                                \
	    type *to, const type *from, size_t n, type absent)                 \
	{                                                                      \
		if (from != NULL) {                                            \
			memcpy(to, from, n * sizeof(*to));                     \
			return;                                                \
		}                                                              \
		for (size_t i = 0; i < n; i++)                                 \
			to[i] = absent;                                        \
	}
PUT_VALUES(uint32_t)
PUT_VALUES(uint64_t)
#undef PUT_VALUES

static bool
fits(const struct gather *g, const struct batch *b)
{
	if (g->n_addr + b->n_addr > BLOCK_ADDRS_GATHERED && g->n > 0)
		return false;
	return !g->sorted && g->n + b->n <= BLOCK_ROWS_MAX &&
	       g->n_message < BLOCK_MESSAGES_MAX &&
	       g->names.n + b->n_name <= BLOCK_NAMES_MAX;
}

int
gather_put(struct gather *g, const struct gather_message *m)
{
	const struct batch *b = m->records;
	size_t at = g->n;

	if (!fits(g, b))
		return 0;
	if (clear_map(g, b->n_addr) == -1)
		return -1;
	memcpy(g->time + at, b->time, b->n * sizeof(*b->time));
	/* src, dst and the names are overwritten below. */
#define COLUMN(name, type, absent)                                             \
	put_##type(g->name + at, b->name, b->n, absent);
#include "common/record_columns.def"
#undef COLUMN
	put_addrs(g, b, b->src, g->src + at);
	put_addrs(g, b, b->dst, g->dst + at);
	if (clear_map(g, b->n_name) == -1)
		return -1;
	put_names(g, b, b->in_if, g->in_if + at);
	put_names(g, b, b->out_if, g->out_if + at);
	put_names(g, b, b->prefix, g->prefix + at);
	g->id[g->n_message] = (uint64_t)m->id;
	g->received_ns[g->n_message] = m->received_ns;
	g->rows[g->n_message] = (uint32_t)b->n;
	g->sensor[g->n_message] = dict_index(&g->sensors, m->sensor);
	g->n_message++;
	g->n += b->n;
	return 1;
}

static int
prepare_sort(struct gather *g)
{
	if (g->in_order != NULL)
		return 0;
	for (int i = 0; i < 2; i++)
		if (g->order[i] == NULL)
			g->order[i] =
			    calloc(BLOCK_ADDRS_MAX, sizeof(*g->order[i]));
	if (g->order[0] == NULL || g->order[1] == NULL)
		return -1;
	g->in_order = calloc(BLOCK_ADDRS_MAX, sizeof(*g->in_order));
	return g->in_order == NULL ? -1 : 0;
}

/* By one byte; what is equal in it stays as it was.  Nothing to do, and false,
 * when all are. */
static bool
sort_by_byte(
    const struct gather *g, size_t byte, const uint32_t *from, uint32_t *to)
{
	uint32_t at[257] = {0};

	for (size_t i = 0; i < g->n_addr; i++)
		at[g->addr[i].b[byte] + 1]++;
	if (g->n_addr == 0 || at[g->addr[0].b[byte] + 1] == g->n_addr)
		return false;
	for (size_t i = 1; i < 257; i++)
		at[i] += at[i - 1];
	for (size_t i = 0; i < g->n_addr; i++)
		to[at[g->addr[from[i]].b[byte]]++] = from[i];
	return true;
}

int
gather_sort(struct gather *g)
{
	uint32_t *order, *other, *place;

	if (prepare_sort(g) == -1)
		return -1;
	order = g->order[0];
	other = g->order[1];
	for (uint32_t i = 0; i < g->n_addr; i++)
		order[i] = i;
	/* The last byte first: four passes for IPv4. */
	for (size_t byte = 16; byte-- > 0;)
		if (sort_by_byte(g, byte, order, other)) {
			uint32_t *swap = order;

			order = other;
			other = swap;
		}
	place = other;
	for (uint32_t i = 0; i < g->n_addr; i++) {
		g->in_order[i] = g->addr[order[i]];
		place[order[i]] = i;
	}
	memcpy(g->addr, g->in_order, g->n_addr * sizeof(*g->addr));
	for (size_t i = 0; i < g->n; i++) {
		g->src[i] = place[g->src[i]];
		g->dst[i] = place[g->dst[i]];
	}
	g->sorted = true;
	return 0;
}

const struct block_rows *
gather_view(struct gather *g)
{
	g->view = (struct block_rows){
	    .records = {.n = g->n,
		.time = g->time,
#define COLUMN(name, type, absent) .name = g->name,
#include "common/record_columns.def"
#undef COLUMN
		.addr = g->addr,
		.n_addr = g->n_addr,
		.name = g->names.text,
		.n_name = g->names.n},
	    .n_message = g->n_message,
	    .id = g->id,
	    .received_ns = g->received_ns,
	    .rows = g->rows,
	    .sensor = g->sensor,
	    .sensor_name = g->sensors.text,
	    .n_sensor = g->sensors.n,
	    .sorted = g->sorted,
	};
	return &g->view;
}
