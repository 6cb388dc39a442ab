/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/core_news.h"

#include "aggregator/core.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct core_news *
core_news_new(void)
{
	struct core_news *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->item = calloc(NEWS_MAX, sizeof(struct news_item *));
	n->out = calloc(NEWS_MAX, sizeof(*n->out));
	if (n->item == NULL || n->out == NULL) {
		core_news_free(n);
		return NULL;
	}
	return n;
}

static void
forget_news(struct core_news *n)
{
	for (size_t i = 0; i < n->n; i++) {
		incident_fini(&n->item[i]->incident);
		free(n->item[i]);
	}
	if (n->n > 0)
		memset(n->slot, 0, sizeof(n->slot));
	n->n = 0;
	n->urgent = false;
}

void
core_news_free(struct core_news *n)
{
	if (n == NULL)
		return;
	core_news_forget_outgoing(n);
	forget_news(n);
	free(n->item);
	free(n->out);
	free(n);
}

bool
core_news_urgent(const struct core *c)
{
	return c->news->urgent;
}

bool
core_news_is_none(const struct core *c)
{
	return c->news->n == 0 && !c->position_moved;
}

bool
core_news_enough(const struct core *c)
{
	return c->news->n >= NEWS_ENOUGH;
}

static const char *
id_of(const struct news_item *x)
{
	return x->op[0] == '\0' ? x->alert.id : x->incident.id;
}

/* The news of that id; '*is_new' if it was none yet.  NULL: no room. */
static struct news_item *
find(struct core_news *n, const char *id, bool *is_new)
{
	/* An id is a hash in hex: any part of it is as good as another. */
	size_t at =
	    strtoul((char[]){id[0], id[1], id[2], id[3], id[4], 0}, NULL, 16) %
	    SLOTS;

	*is_new = false;
	for (; n->slot[at] != 0; at = (at + 1) % SLOTS)
		if (strcmp(id_of(n->item[n->slot[at] - 1]), id) == 0)
			return n->item[n->slot[at] - 1];
	if (n->n == NEWS_MAX ||
	    (n->item[n->n] = calloc(1, sizeof(struct news_item))) == NULL) {
		n->left_out++;
		return NULL;
	}
	*is_new = true;
	n->slot[at] = (uint32_t)++n->n;
	return n->item[n->n - 1];
}

static void
on_alert(void *arg, const struct alert *a, bool update)
{
	struct core *c = arg;
	bool is_new;
	struct news_item *x = find(c->news, a->id, &is_new);

	if (x == NULL)
		return;
	/* New, and not told yet: stays new whatever comes after it. */
	if (is_new)
		x->update = update;
	x->alert = *a;
	c->news->urgent |= !update;
}

static void
on_incident(void *arg, const struct incident *in, const char *op)
{
	struct core *c = arg;
	bool is_new;
	struct news_item *x = find(c->news, in->id, &is_new);

	if (x == NULL)
		return;
	if (is_new)
		snprintf(x->op, sizeof(x->op), "%s", op);
	incident_fini(&x->incident);
	if (incident_copy(&x->incident, in) == -1)
		c->news->left_out++;
	c->news->urgent |= strcmp(op, "update") != 0;
}

void
core_news_sink(struct core *c, struct pipeline_sink *sink)
{
	*sink = (struct pipeline_sink){
	    .arg = c, .alert = on_alert, .incident = on_incident};
}

/* What a muted incident counts is written, and not told. */
static int
write_item(
    struct core *c, const struct news_item *x, int64_t now, struct err *e)
{
	const struct incident *i = &x->incident;

	if (x->op[0] != '\0')
		return i->handling.muted_until_ns != 0
			   ? state_put_incident(c->state, i, e)
			   : core_news_write_incident(c, i, x->op, now, e);
	if (state_put_alert(c->state, &x->alert, e) == -1)
		return -1;
	if (pipeline_is_muted(c->pipeline, &x->alert))
		return state_hold(c->state, x->alert.id, x->update, e);
	return core_news_log_alert(c, &x->alert, x->update, now, e);
}

static int
write_expectations(struct core *c, struct err *e)
{
	struct expectation_state x;

	for (size_t i = 0; pipeline_expectation(c->pipeline, i, &x); i++)
		if (state_put_expectation(c->state, &x, e) == -1)
			return -1;
	return 0;
}

static int
write_items(struct core *c, struct err *e)
{
	int64_t now = clock_wall_ns();

	for (size_t i = 0; i < c->news->n; i++) {
		const struct news_item *x = c->news->item[i];

		if (write_item(c, x, now, e) == -1)
			return -1;
	}
	if (write_expectations(c, e) == -1)
		return -1;
	/* Time alone raises alerts too: what was told is known to be so by
	 * the clock as well as by the position. */
	if (state_set_clock(c->state, c->clock_ns, e) == -1)
		return -1;
	if (!c->position_moved)
		return 0;
	return state_set_position(c->state, &c->position, e);
}

static int
write_all(struct core *c, struct err *e)
{
	if (state_begin(c->state, e) == -1)
		return -1;
	if (write_items(c, e) == -1) {
		state_undo(c->state);
		return -1;
	}
	return state_commit(c->state, e);
}

void
core_flush(struct core *c)
{
	struct core_news *n = c->news;
	struct err e;

	if (n->n == 0 && !c->position_moved)
		return;
	if (write_all(c, &e) == -1) {
		if (!n->failing)
			log_error("core",
			    "alerts cannot be written: %s; they "
			    "are kept and tried again",
			    e.text);
		n->failing = true;
		core_news_forget_outgoing(n);
		loop_timer_in(c->flush, CORE_FLUSH_NS, false);
		return;
	}
	n->failing = false;
	if (n->left_out > 0)
		log_error("core", "%llu changes of alerts were left out",
		    (unsigned long long)n->left_out);
	n->left_out = 0;
	c->position_moved = false;
	core_news_publish(c);
	core_news_forget_outgoing(n);
	forget_news(n);
}

bool
core_news_told(const struct core *c)
{
	return c->news->n == 0;
}
