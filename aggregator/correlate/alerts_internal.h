/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ALERTS_INTERNAL_H
#define AGGREGATOR_CORRELATE_ALERTS_INTERNAL_H

#include "aggregator/correlate/alert_fields.h"
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
	struct alert_latest latest;
	int64_t known_ns; /* up to when it was restored; else TIME_NONE */
	bool was_told, pending;
	bool urgent;		       /* worse than it was told */
	TAILQ_ENTRY(open_alert) entry; /* among the pending */
};

/* Of a honeypot. */
struct suspicion {
	int64_t since_ns, last_ns;
	int64_t closed_ns; /* what was before is forgiven; TIME_NONE */
	uint64_t is;
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
	struct map *suspects; /* primary address -> struct suspicion */
	TAILQ_HEAD(, open_alert) pending;
	bool urgent; /* one of them is */
	uint64_t serials;
	uint64_t evicted; /* alerts, before a restart */
	alerts_sink_fn *sink_of;
	void *sink_of_arg;
};

/* alerts_suspect.c: that a honeypot is suspect. */
void suspect_put(struct alerts *s, const struct detector *d,
    enum severity severity, const struct addr *honeypot, int64_t time_ns);

/* alerts_share.c */
void share_put(struct alerts *s, struct open_alert *o, const struct finding *f);

#endif
