/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ALERTS_H
#define AGGREGATOR_CORRELATE_ALERTS_H

#include "aggregator/correlate/connection.h"
#include "common/alert.h"

#include <stdbool.h>
#include <stdint.h>

struct alerts;
struct detector;
struct history;
struct incidents;

/*
 * The open alerts: what detectors raise is counted here.  It is told by
 * alerts_flush(), once for each alert however often it changed.
 */
struct alerts_sizes {
	uint32_t alerts; /* open at once; the longest quiet one goes first */
	uint32_t peers;	 /* of all alerts; a forgotten one counts again */
};

/* 3 kB an alert, 56 bytes a peer: 57 MB when both are full. */
#define ALERTS_SIZES                                                           \
	(struct alerts_sizes)                                                  \
	{                                                                      \
		.alerts = 1 << 14, .peers = 1 << 17                            \
	}

struct alerts_sink {
	void *arg;
	/* 'a' changed; it is complete but for its incident, which may be set
	 * here.  'update': this id was told before. */
	void (*changed)(void *arg, struct alert *a, bool update);
};

/* site: borrowed.  NULL: no memory. */
struct alerts *alerts_new(const struct site *site,
    const struct alerts_sizes *sizes, const struct alerts_sink *sink);
void alerts_free(struct alerts *a);

/* Through which a detector raises, and what it may ask; whoever makes it keeps
 * it for as long as the alerts. */
struct alert_sink {
	struct alerts *alerts;
	const struct history *history;	   /* the connection is in it already */
	const struct incidents *incidents; /* those that were told */
	const struct detector *detector;
	const void *self;
	int64_t quiet_ns; /* after which the next is another alert */
};

/*
 * What a detector says about one connection.
 *
 * peer: who is counted; NULL: nobody.
 * port: 0: none.
 * event: of the connection.  CONNECTION_NEW counts it; the others only bring
 *        times, witnesses and the note up to date.
 */
struct finding {
	enum severity severity;
	const struct party *honeypot;
	const struct addr *peer;
	uint16_t port;
	const struct connection *connection;
	enum connection_event event;
	const char *note; /* what the sentence needs of it; NULL: nothing */
	/* It waited for stragglers: a restored alert may have counted it. */
	bool waited;
};

void alerts_raise(struct alert_sink *out, const struct finding *f);

/* Continue an alert that was told before a restart; it replaces what was
 * counted meanwhile. */
void alerts_restore(struct alert_sink *out, const struct alert *a);

/* The open alert of that key, or NULL; borrowed until the next raise. */
const struct alert *alerts_get(const struct alert_sink *out,
    const struct addr *honeypot, const struct addr *peer, uint16_t port);

/* Tell of all that changed. */
void alerts_flush(struct alerts *a);

uint64_t alerts_evicted(const struct alerts *a);

#endif
