/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ALERTS_H
#define AGGREGATOR_CORRELATE_ALERTS_H

#include "aggregator/correlate/connection.h"
#include "common/alert.h"

#include <stdbool.h>
#include <stdint.h>

struct alerts;
struct known;
struct rd;
struct wr;
struct detector;
struct history;

/*
 * The open alerts: what detectors raise is counted here.  It is told by
 * alerts_flush(), once for each alert however often it changed.
 */
struct alerts_sizes {
	uint32_t alerts; /* open at once; the longest quiet one goes first */
	uint32_t peers;	 /* of all alerts; a forgotten one counts again */
};

/* 3 kB an alert, 64 bytes a peer: 58 MB when both are full. */
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
	const struct known *known;     /* what is usual */
	const struct history *history; /* the connection is in it already */
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
 * once: what the alert's count is of, each once; NULL: of connections.
 * note: what the sentence needs of the connection; NULL: nothing.
 *
 * What a uid does that relays for visitors by design is a notice at most,
 * unless the detector says otherwise (relay_too).
 */
struct finding {
	enum severity severity;
	const struct party *honeypot;
	const struct addr *peer;
	uint16_t port;
	const struct connection *connection;
	enum connection_event event;
	const struct addr *once;
	const char *note;
	bool waited; /* judged late: a restored alert may have counted it */
	/* Since when the honeypot is suspect for it, where that is known only
	 * later than the connection began; 0: from there on. */
	int64_t suspect_ns;
};

void alerts_raise(struct alert_sink *out, const struct finding *f);

/* Continue an alert that was told before a restart; it replaces what was
 * counted meanwhile. */
void alerts_restore(struct alert_sink *out, const struct alert *a);

/* The open alert of that key, or NULL; borrowed until the next raise. */
const struct alert *alerts_get(const struct alert_sink *out,
    const struct addr *honeypot, const struct addr *peer, uint16_t port);

/*
 * The honeypots of an alert that many share, in the order in which they came,
 * each with its own times and severity; none for other alerts.
 *
 * a: as the sink is given it.  Borrowed until the next raise.
 */
struct alert_share {
	struct addr address; /* primary */
	char honeypot[SITE_NAME_MAX];
	enum severity severity;
	int64_t first_ns, last_ns;
};
const struct alert_share *alerts_shares(
    const struct alerts *s, const struct alert *a, size_t *n);

/*
 * Since when the honeypot of that primary address is suspect: the earliest
 * time of what was raised as suspect or worse, told already or not, but for
 * what rests on hearsay (see struct detector).  Returns whether it is.
 *
 * Whoever asks whether it was at some time, once nothing earlier is expected,
 * gets the same answer in whatever order records came.
 */
bool alerts_suspect(
    const struct alerts *s, const struct addr *honeypot, int64_t *since_ns);
/* An operator closed its incident then: it is as good as new. */
void alerts_unsuspect(
    struct alerts *s, const struct addr *honeypot, int64_t closed_ns);
/* When that was last; TIME_NONE: never. */
int64_t alerts_unsuspected(const struct alerts *s, const struct addr *honeypot);

/* Tell of all that changed; of what incidents are made of alone. */
void alerts_flush(struct alerts *a);
void alerts_flush_urgent(struct alerts *a);

/* For snapshots, see snapshot.h.  sink: by the name of its detector, NULL: it
 * is no more; for alerts_load(). */
#define ALERTS_VERSION 2
typedef struct alert_sink *alerts_sink_fn(void *arg, const char *detector);
void alerts_on_load(struct alerts *a, alerts_sink_fn *sink, void *arg);
void alerts_save(const void *a, struct wr *w);
int alerts_load(void *a, struct rd *r);

uint64_t alerts_evicted(const struct alerts *a);

#endif
