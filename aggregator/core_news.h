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

/* Alerts and incidents that changed since the last flush; when it is full it
 * is time for one. */
#define NEWS_MAX 256
#define TOPIC_MAX 200

struct alert_news {
	struct alert alert;
	bool update;
};

struct incident_news {
	struct incident incident; /* owns its evidence */
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
	struct alert_news alert[NEWS_MAX];
	size_t n_alert;
	struct incident_news incident[NEWS_MAX];
	size_t n_incident;
	struct outgoing out[2 * NEWS_MAX]; /* also NEWS_MAX held and one */
	size_t n_out;
	bool urgent, failing;
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
