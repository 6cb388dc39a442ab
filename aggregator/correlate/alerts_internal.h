/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ALERTS_INTERNAL_H
#define AGGREGATOR_CORRELATE_ALERTS_INTERNAL_H

#include "aggregator/correlate/alerts.h"

#include <sys/queue.h>

struct map;

/* What the alerts_*.c share. */

/* A key without holes. */
struct alert_key {
	const struct alert_sink *by;
	struct addr honeypot; /* primary; zeroes where all share an alert */
	struct addr peer;     /* zeroes where all share an alert */
	uint64_t port;
};

/* What an alert has counted. */
enum counted {
	COUNTED_PEER,
	COUNTED_ONCE, /* a finding's 'once' */
};

struct counted_key {
	uint64_t alert; /* serial */
	struct addr what;
	uint64_t as; /* enum counted */
};

struct open_alert {
	struct alert a;
	const struct alert_sink *by;
	uint64_t serial;
	uint64_t peers, once; /* counted here; 'a' may know of more */
	int64_t newest_ns;    /* start of the connection that 'a' shows */
	bool was_told, pending;
	TAILQ_ENTRY(open_alert) entry; /* among the pending */
};

/* Who shares an alert, in the order in which they came. */
struct shares {
	struct alert_share by[ALERT_NAMES_MAX];
	size_t n;
};

struct alerts {
	const struct site *site;
	struct alerts_sink sink;
	struct map *open;     /* struct alert_key -> struct open_alert */
	struct map *counted;  /* struct counted_key, a set */
	struct map *shares;   /* serial -> struct shares */
	struct map *suspects; /* primary address -> int64_t, since when */
	TAILQ_HEAD(, open_alert) pending;
	uint64_t serials;
	uint64_t evicted; /* alerts, before a restart */
	alerts_sink_fn *sink_of;
	void *sink_of_arg;
};

/* alerts_share.c */
void share_put(struct alerts *s, struct open_alert *o, const struct finding *f);

#endif
