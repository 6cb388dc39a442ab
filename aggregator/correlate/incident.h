/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_INCIDENT_H
#define AGGREGATOR_CORRELATE_INCIDENT_H

#include "aggregator/correlate/connection.h"
#include "common/alert.h"

#include <stdbool.h>
#include <stdint.h>

struct covered;
struct history;
struct incidents;
struct rd;
struct wr;

/*
 * What is known of each honeypot's fall.  The first suspect alert opens its
 * incident; any compromised one makes it compromised, or two suspect alerts
 * of different kinds, to a different (peer, port), within 24 hours, which say
 * what the honeypot did: what a visitor did to it is not one of the two.
 *
 * An incident has episodes.  The first begins with the earliest unexplained
 * connection from the honeypot in the hour before the first suspicion, or with
 * that; another with the first such connection after six quiet hours.  Each
 * has its vectors: who may have been the way in.
 *
 * Its id is made of the honeypot and of the incident before it: not of a time,
 * since which alert comes first, and when that is found to have begun, may
 * depend on the order in which records come.
 */
#define INCIDENT_WITHIN_NS (24 * NS_PER_HOUR)
#define EPISODE_QUIET_NS (6 * NS_PER_HOUR)

/* So long after an onset its vectors are found anew from what comes in late;
 * after that only evidence changes their rank. */
#define EPISODE_SETTLES_NS NS_PER_HOUR

struct incidents_sizes {
	uint32_t incidents; /* the one that was quiet for longest goes first */
	uint32_t onsets;    /* honeypots with unexplained connections */
};

/* 1.3 kB an incident, 552 bytes each evidence, 2.4 kB each episode; 3.9 kB an
 * onset. */
#define INCIDENTS_SIZES                                                        \
	(struct incidents_sizes)                                               \
	{                                                                      \
		.incidents = 4096, .onsets = 4096                              \
	}

/* site, history, covered: borrowed. */
struct incidents_env {
	const struct site *site;
	const struct history *history;
	const struct covered *covered;
	void *arg;
	/* op: "open" or "update". */
	void (*changed)(void *arg, const struct incident *i, const char *op);
};

/* NULL: no memory. */
struct incidents *incidents_new(
    const struct incidents_env *env, const struct incidents_sizes *sizes);
void incidents_free(struct incidents *s);

/*
 * What fold tells of a connection, which the history knows already: one that
 * leaves a honeypot unexplained may be where its fall began; one that came in
 * may be how.
 */
#define INCIDENTS_EVENTS                                                       \
	(1U << CONNECTION_NEW | 1U << CONNECTION_ATTEMPT |                     \
	    1U << CONNECTION_WITNESS | 1U << CONNECTION_DETAIL |               \
	    1U << CONNECTION_OUTCOME | 1U << CONNECTION_COUNTED |              \
	    1U << CONNECTION_END)
void incidents_connection(struct incidents *s, const struct connection *c,
    enum connection_event event);

/* An alert is new or changed: if it is evidence, its incident's id is in 'a'
 * now. */
void incidents_alert(struct incidents *s, struct alert *a);

/* Tell of all that changed, each once.  late: also of what came in late. */
void incidents_flush(struct incidents *s, bool late);

/* The incident of a honeypot, or NULL; borrowed until the next call. */
const struct incident *incidents_get(
    const struct incidents *s, const struct addr *primary);

/*
 * Continue an incident that was told before a restart; it replaces what was
 * found meanwhile.  Copied.
 *
 * last_ns: the last time of each evidence's alert, i->n_evidence of them.
 * Returns 0, or -1: no memory.
 */
int incidents_restore(
    struct incidents *s, const struct incident *i, const int64_t *last_ns);

/*
 * An operator changed it: take over its state and handling, now or when the
 * incident of that id is opened.  After a restart from a snapshot it is said
 * again of all, before records are correlated again.
 */
void incidents_handle(struct incidents *s, const struct incident *i);
/* For snapshots, see snapshot.h. */
#define INCIDENTS_VERSION 3
void incidents_save(const void *s, struct wr *w);
int incidents_load(void *s, struct rd *r);

uint64_t incidents_evicted(const struct incidents *s);

#endif
