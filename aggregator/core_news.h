/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORE_NEWS_H
#define AGGREGATOR_CORE_NEWS_H

#include "common/alert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core;
struct err;

/* Between the core_news*.c: what is gathered, written, published. */

/*
 * Distinct alerts and incidents that may wait for a flush: as many as the
 * correlator keeps open, 3 kB each.  Beyond half of it nothing more is
 * committed until they are written, so that none is ever left out.
 */
#define NEWS_MAX 16384
#define NEWS_ENOUGH (NEWS_MAX / 2)
#define SLOTS (4 * NEWS_MAX) /* a power of two */
#define TOPIC_MAX 200

/* An alert, or an incident if 'op' is set. */
struct news_item {
	struct alert alert;
	struct incident incident; /* owns its evidence */
	bool update;
	char op[16];
};

/* Written, and to be published once that is durable. */
struct outgoing {
	char topic[TOPIC_MAX];
	uint64_t sequence;
	char *json;
	uint8_t *pb;
	size_t pb_len;
};

struct core_news {
	struct news_item **item; /* in the order in which they became news */
	size_t n;
	uint32_t slot[SLOTS]; /* by id: index plus 1 */
	struct outgoing *out;
	size_t n_out;
	bool urgent, failing;
	uint64_t left_out;
};

/* Write it to the feed's log and keep it to be published.  Return 0 or -1. */
int core_news_log_alert(struct core *c, const struct alert *a, bool update,
    int64_t now, struct err *e);
/* ... and to the state before. */
int core_news_write_incident(struct core *c, const struct incident *i,
    const char *op, int64_t now, struct err *e);

/* What was kept, now that it is durable. */
void core_news_publish(struct core *c);
void core_news_forget_outgoing(struct core_news *n);

#endif
