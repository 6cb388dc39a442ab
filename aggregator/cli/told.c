/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/told.h"
#include "aggregator/store/state.h"
#include "common/err.h"
#include "common/map.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Alerts that wait for another update: 3 kB each. */
#define WAITING_MAX 1024
#define ID_KEY_BYTES 40 /* ID_TEXT_MAX, filled up to a multiple of 8 */

struct told {
	struct state *state;
	struct map *waiting; /* id -> struct alert; NULL without a state */
	bool begun;	     /* a transaction */
	struct incident *incident;
	size_t n, room;
	int rc; /* what went wrong first: the pipeline's sink cannot say */
	struct err err;
};

static void
put_alert(struct told *t, const struct alert *a)
{
	if (t->rc == 0 && !t->begun) {
		t->rc = state_begin(t->state, &t->err);
		t->begun = t->rc == 0;
	}
	if (t->rc == 0)
		t->rc = state_put_alert(t->state, a, &t->err);
}

static void
on_evicted(void *arg, const void *key, void *value)
{
	(void)key;
	put_alert(arg, value);
}

struct told *
told_new(struct state *state)
{
	struct told *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->state = state;
	if (state == NULL)
		return t;
	t->waiting = map_new(ID_KEY_BYTES, sizeof(struct alert), WAITING_MAX);
	if (t->waiting == NULL) {
		free(t);
		return NULL;
	}
	map_on_evict(t->waiting, on_evicted, t);
	return t;
}

void
told_free(struct told *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		incident_fini(&t->incident[i]);
	free(t->incident);
	map_free(t->waiting);
	free(t);
}

void
told_alert(struct told *t, const struct alert *a)
{
	char key[ID_KEY_BYTES] = "";
	struct alert *to;
	bool is_new;

	if (t->waiting == NULL)
		return;
	memcpy(key, a->id, sizeof(a->id));
	to = map_put(t->waiting, key, &is_new);
	*to = *a;
	map_touch(t->waiting, to);
}

/* The place of incident 'id'; a new one at the end.  NULL: no memory. */
static struct incident *
place_of(struct told *t, const char *id)
{
	struct incident *more;

	for (size_t i = t->n; i-- > 0;)
		if (strcmp(t->incident[i].id, id) == 0)
			return &t->incident[i];
	if (t->n == t->room) {
		t->room = t->room == 0 ? 16 : 2 * t->room;
		more = realloc(t->incident, t->room * sizeof(*more));
		if (more == NULL)
			return NULL;
		t->incident = more;
	}
	t->incident[t->n] = (struct incident){0};
	return &t->incident[t->n++];
}

void
told_incident(struct told *t, const struct incident *i)
{
	struct incident *to = place_of(t, i->id), copy;

	if (to == NULL || incident_copy(&copy, i) == -1) {
		if (t->rc == 0)
			t->rc = err_set(&t->err, EX_OSERR, "out of memory");
		return;
	}
	incident_fini(to);
	*to = copy;
}

static int
by_onset(const void *a, const void *b)
{
	const struct incident *x = a, *y = b;

	if (x->onset_ns != y->onset_ns)
		return x->onset_ns < y->onset_ns ? -1 : 1;
	return strcmp(x->id, y->id);
}

int
told_finish(struct told *t, struct err *e)
{
	if (t->n > 0)
		qsort(t->incident, t->n, sizeof(*t->incident), by_onset);
	if (t->state != NULL && t->rc == 0 && !t->begun)
		t->rc = state_begin(t->state, &t->err);
	if (t->waiting != NULL)
		for (void *a = map_oldest(t->waiting); a != NULL;
		     a = map_younger(t->waiting, a))
			if (t->rc == 0)
				t->rc = state_put_alert(t->state, a, &t->err);
	for (size_t i = 0; t->state != NULL && t->rc == 0 && i < t->n; i++)
		t->rc = state_put_incident(t->state, &t->incident[i], &t->err);
	if (t->state != NULL && t->rc == 0)
		t->rc = state_commit(t->state, &t->err);
	if (t->rc == -1)
		*e = t->err;
	return t->rc;
}

struct incident *
told_take(struct told *t, size_t *n)
{
	struct incident *all = t->incident;

	*n = t->n;
	t->incident = NULL;
	t->n = t->room = 0;
	return all;
}
