/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/history_internal.h"
#include "common/map.h"

#include <stdlib.h>

/* So far a late one looks for its place. */
#define STEPS_MAX 64

void
history_open_host(struct host *host)
{
	LIST_INIT(&host->doors);
	LIST_INIT(&host->answered);
	TAILQ_INIT(&host->in_order);
	TAILQ_INIT(&host->strays);
}

void
history_displace(struct group *g)
{
	struct host *host = g->door->host;

	if (g->placed)
		TAILQ_REMOVE(
		    g->in_order ? &host->in_order : &host->strays, g, of_host);
	g->placed = false;
}

static void
place(struct group *g)
{
	struct host *host = g->door->host;
	struct group *before = TAILQ_LAST(&host->in_order, groups);

	for (int i = 0; i < STEPS_MAX && before != NULL; i++) {
		if (before->born <= g->born)
			break;
		before = TAILQ_PREV(before, groups, of_host);
	}
	g->placed = true;
	g->in_order = before == NULL || before->born <= g->born;
	if (!g->in_order)
		TAILQ_INSERT_TAIL(&host->strays, g, of_host);
	else if (before == NULL)
		TAILQ_INSERT_HEAD(&host->in_order, g, of_host);
	else
		TAILQ_INSERT_AFTER(&host->in_order, before, g, of_host);
}

void
history_born(struct group *g, int64_t at)
{
	if (g->placed && g->born <= at)
		return;
	history_displace(g);
	g->born = at;
	place(g);
}

static int
compare(const void *a, const void *b)
{
	const struct group *const *x = a, *const *y = b;

	return ((*x)->born > (*y)->born) - ((*x)->born < (*y)->born);
}

void
history_place_all(struct history *h)
{
	size_t n = map_count(h->groups), i = 0;
	struct group **list = reallocarray(NULL, n + 1, sizeof(*list));
	struct group *g = map_oldest(h->groups);

	/* Without memory those are strays that came out of order. */
	for (; g != NULL && list != NULL; g = map_younger(h->groups, g)) {
		history_displace(g);
		list[i++] = g;
	}
	if (i > 0)
		qsort(list, i, sizeof(*list), compare);
	for (size_t k = 0; k < i; k++)
		place(list[k]);
	free(list);
}
