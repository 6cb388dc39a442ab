/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core.h"
#include "aggregator/core_news.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define HELD_MAX 256 /* in one step */

/* Alerts that were held back, as they are now. */
struct held {
	struct core *core;
	bool drop; /* nobody wants to hear of them any more */
	int64_t now;
	char id[HELD_MAX][ID_TEXT_MAX];
	size_t n;
	struct err *err;
};

static int
on_held(void *arg, const struct alert *a, bool update)
{
	struct held *h = arg;

	memcpy(h->id[h->n++], a->id, ID_TEXT_MAX);
	return h->drop
		   ? 0
		   : core_news_log_alert(h->core, a, update, h->now, h->err);
}

static int
release_some(
    struct core *c, const struct incident *i, struct held *h, struct err *e)
{
	h->n = 0;
	if (state_held(c->state, i->id, HELD_MAX, on_held, h, e) == -1)
		return -1;
	for (size_t k = 0; k < h->n; k++)
		if (state_release(c->state, h->id[k], e) == -1)
			return -1;
	return 0;
}

static int
release(struct core *c, const struct incident *i, int64_t now, struct held *h,
    struct err *e)
{
	*h = (struct held){.core = c, .now = now, .err = e};
	h->drop = i->handling.closed_ns != 0;
	if (i->handling.muted_until_ns != 0)
		return 0;
	do
		if (release_some(c, i, h, e) == -1)
			return -1;
	while (h->drop && h->n == HELD_MAX);
	return 0;
}

/* In the last step, so that whoever is killed before it finds a mute that has
 * not ended yet. */
static int
write_incident(struct core *c, const struct incident *i, const char *op,
    const struct audit *a, int64_t now, struct err *e)
{
	if (core_news_write_incident(c, i, op, now, e) == -1)
		return -1;
	return a == NULL ? 0 : state_put_audit(c->state, a, e);
}

static int
write_handled(struct core *c, const struct incident *i, const char *op,
    const struct audit *a, struct held *h, struct err *e)
{
	int64_t now = clock_wall_ns();

	if (state_begin(c->state, e) == -1)
		return -1;
	if (release(c, i, now, h, e) == -1 ||
	    (h->n < HELD_MAX && write_incident(c, i, op, a, now, e) == -1)) {
		state_undo(c->state);
		return -1;
	}
	return state_commit(c->state, e);
}

int
core_tell_handled(struct core *c, const struct incident *i, const char *op,
    const struct audit *a, struct err *e)
{
	struct held *h = malloc(sizeof(*h));
	int rc;

	if (h == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	do {
		rc = write_handled(c, i, op, a, h, e);
		if (rc == 0)
			core_news_publish(c);
		core_news_forget_outgoing(c->news);
	} while (rc == 0 && h->n == HELD_MAX);
	free(h);
	return rc;
}
