/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/links.h"
#include "common/clock.h"
#include "common/map.h"

#include <stdlib.h>
#include <string.h>

struct key {
	struct addr client, server;
	uint16_t port;
	uint8_t proto, zero[5]; /* compared as bytes */
};

struct counted {
	uint64_t records;
	int64_t first_ns, last_ns;
};

struct links {
	struct map *map;
	uint32_t max;
	uint64_t left_out;
};

struct links *
links_new(uint32_t max)
{
	struct links *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->max = max < 2 ? 2 : max;
	l->map = map_new(sizeof(struct key), sizeof(struct counted), l->max);
	if (l->map != NULL)
		return l;
	free(l);
	return NULL;
}

void
links_free(struct links *l)
{
	if (l == NULL)
		return;
	map_free(l->map);
	free(l);
}

uint64_t
links_left_out(const struct links *l)
{
	return l->left_out;
}

static int
compare_counts(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The count that half of them do not exceed; 0 when memory is out. */
static uint64_t
median(const struct links *l)
{
	size_t n = map_count(l->map), i = 0;
	uint64_t *count = calloc(n, sizeof(*count)), out;

	if (count == NULL)
		return 0;
	for (struct counted *c = map_oldest(l->map); c != NULL;
	     c = map_younger(l->map, c))
		count[i++] = c->records;
	qsort(count, n, sizeof(*count), compare_counts);
	out = count[n / 2];
	free(count);
	return out;
}

/* Those with fewer records than 'limit', or with just as many, until there is
 * enough room. */
static void
forget(struct links *l, uint64_t limit, bool equal)
{
	struct counted *c = map_oldest(l->map), *next;

	for (; c != NULL && map_count(l->map) > l->max / 2; c = next) {
		next = map_younger(l->map, c);
		if (c->records > limit || (c->records == limit) != equal)
			continue;
		l->left_out += c->records;
		map_remove(l->map, c);
	}
}

static void
prune(struct links *l)
{
	uint64_t limit = median(l);

	forget(l, limit, false);
	forget(l, limit, true);
}

void
links_add(struct links *l, const struct link *x, int64_t time_ns)
{
	struct key key = {.client = x->client,
	    .server = x->server,
	    .port = x->port,
	    .proto = x->proto};
	struct counted *c = map_get(l->map, &key);
	bool is_new = c == NULL;

	if (is_new) {
		if (map_count(l->map) == l->max)
			prune(l);
		c = map_put(l->map, &key, &is_new);
		c->first_ns = c->last_ns = time_ns;
	}
	c->records++;
	if (time_ns == TIME_NONE)
		return;
	if (c->first_ns == TIME_NONE || time_ns < c->first_ns)
		c->first_ns = time_ns;
	if (c->last_ns == TIME_NONE || time_ns > c->last_ns)
		c->last_ns = time_ns;
}

int
link_addr_cmp(const struct addr *a, const struct addr *b)
{
	bool four = addr_is_v4(a);

	if (four != addr_is_v4(b))
		return four ? -1 : 1;
	return addr_cmp(a, b);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct link *x = &((const struct link_row *)a)->link;
	const struct link *y = &((const struct link_row *)b)->link;
	int c = link_addr_cmp(&x->client, &y->client);

	if (c == 0)
		c = link_addr_cmp(&x->server, &y->server);
	if (c == 0)
		c = (int)x->proto - (int)y->proto;
	return c != 0 ? c : (int)x->port - (int)y->port;
}

int
links_rows(const struct links *l, struct link_row **out, size_t *n)
{
	struct link_row *row = calloc(map_count(l->map) + 1, sizeof(*row));

	*out = row;
	*n = 0;
	if (row == NULL)
		return -1;
	for (struct counted *c = map_oldest(l->map); c != NULL;
	     c = map_younger(l->map, c)) {
		const struct key *k = map_key(l->map, c);

		row[(*n)++] = (struct link_row){
		    .link = {k->client, k->server, k->port, k->proto},
		    .records = c->records,
		    .first_ns = c->first_ns,
		    .last_ns = c->last_ns};
	}
	qsort(row, *n, sizeof(*row), compare_rows);
	return 0;
}
