/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/ahead.h"
#include "common/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* A ring: item number i lies at i % n.  Those from 'used' up to 'made' are the
 * consumer's, the others the producer's. */
struct ahead {
	ahead_fn *make;
	void *arg;
	char *items;
	size_t size, n;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t room, more;
	size_t made, used; /* items, since the beginning */
	bool lent;	   /* the consumer still looks at number 'used' */
	bool stopped;	   /* the consumer wants no more */
	bool ended;	   /* with 'rc' and 'err' */
	int rc;
	struct err err;
};

static void *
item(struct ahead *a, size_t i)
{
	return a->items + i % a->n * a->size;
}

/* Whether there is room for one more, and somebody who wants it. */
static bool
await_room(struct ahead *a)
{
	bool wanted;

	pthread_mutex_lock(&a->lock);
	while (a->made - a->used == a->n && !a->stopped)
		pthread_cond_wait(&a->room, &a->lock);
	wanted = !a->stopped;
	pthread_mutex_unlock(&a->lock);
	return wanted;
}

static void
hand_over(struct ahead *a, int rc)
{
	pthread_mutex_lock(&a->lock);
	a->made += rc == 1;
	a->ended = rc != 1;
	a->rc = rc;
	pthread_cond_signal(&a->more);
	pthread_mutex_unlock(&a->lock);
}

static void *
produce(void *arg)
{
	struct ahead *a = arg;
	int rc = 1;

	while (rc == 1 && await_room(a)) {
		/* Nobody else changes 'made', or looks at 'err' before the
		 * end. */
		rc = a->make(a->arg, item(a, a->made), &a->err);
		hand_over(a, rc);
	}
	return NULL;
}

int
ahead_next(struct ahead *a, void **out, struct err *e)
{
	int rc = 1;

	pthread_mutex_lock(&a->lock);
	if (a->lent) {
		a->lent = false;
		a->used++;
		/* Not for each: waking costs more than an item. */
		if (a->made - a->used <= a->n / 2)
			pthread_cond_signal(&a->room);
	}
	while (a->made == a->used && !a->ended)
		pthread_cond_wait(&a->more, &a->lock);
	if (a->made != a->used) {
		a->lent = true;
		*out = item(a, a->used);
	} else {
		rc = a->rc;
	}
	pthread_mutex_unlock(&a->lock);
	if (rc == -1 && e != NULL)
		*e = a->err;
	return rc;
}

struct ahead *
ahead_open(ahead_fn *make, void *arg, void *items, size_t size, size_t n,
    struct err *e)
{
	struct ahead *a = calloc(1, sizeof(*a));
	int rc;

	if (a == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	a->make = make;
	a->arg = arg;
	a->items = items;
	a->size = size;
	a->n = n;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->room, NULL);
	pthread_cond_init(&a->more, NULL);
	rc = pthread_create(&a->thread, NULL, produce, a);
	if (rc == 0)
		return a;
	free(a);
	err_set(e, EX_OSERR, "cannot begin a thread: %s", strerror(rc));
	return NULL;
}

void
ahead_close(struct ahead *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopped = true;
	pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->room);
	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
