/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/*
 * Kinds of refusal that are told apart.  Strangers choose where they come
 * from: beyond this many they share a line, or state.db would grow with them.
 */
#define REFUSED_MAX 1024
#define OTHERS "others"

struct core_refused {
	struct {
		char why[32], who[80];
		uint64_t fresh; /* not written yet */
	} row[REFUSED_MAX];
	size_t n;
};

static int
remember(void *arg, const struct refused_state *x)
{
	struct core_refused *r = arg;

	if (r->n == REFUSED_MAX)
		return 1;
	snprintf(r->row[r->n].why, sizeof(r->row->why), "%s", x->why);
	snprintf(r->row[r->n].who, sizeof(r->row->who), "%s", x->who);
	r->n++;
	return 0;
}

int
core_refused_load(struct core *c, struct err *e)
{
	c->refused = calloc(1, sizeof(*c->refused));
	if (c->refused == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	return state_refused(c->state, remember, c->refused, e) == -1 ? -1 : 0;
}

/* The row of (why, who); made if there is room; NULL if not. */
static uint64_t *
find(struct core_refused *r, const char *why, const char *who, size_t most)
{
	size_t i = 0;

	while (i < r->n && (strcmp(r->row[i].why, why) != 0 ||
			       strcmp(r->row[i].who, who) != 0))
		i++;
	if (i >= most)
		return NULL;
	if (i == r->n) {
		snprintf(r->row[i].why, sizeof(r->row->why), "%s", why);
		snprintf(r->row[i].who, sizeof(r->row->who), "%s", who);
		r->row[i].fresh = 0;
		r->n++;
	}
	return &r->row[i].fresh;
}

void
core_count_refused(struct core *c, const char *why, const char *who)
{
	/* The reasons are ours and few: their rows for the others always
	 * find room. */
	uint64_t *fresh = find(c->refused, why, who, REFUSED_MAX - 32);

	if (fresh == NULL)
		fresh = find(c->refused, why, OTHERS, REFUSED_MAX);
	if (fresh != NULL)
		++*fresh;
}

int
core_refused_save(struct core *c, struct err *e)
{
	struct core_refused *r = c->refused;
	int64_t now = clock_wall_ns();

	for (size_t i = 0; i < r->n; i++) {
		if (r->row[i].fresh == 0)
			continue;
		if (state_count_refused(c->state, r->row[i].why, r->row[i].who,
			now, r->row[i].fresh, e) == -1)
			return -1;
	}
	return 0;
}

void
core_refused_saved(struct core *c)
{
	for (size_t i = 0; i < c->refused->n; i++)
		c->refused->row[i].fresh = 0;
}
