/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_INCIDENT_H
#define AGGREGATOR_CORRELATE_INCIDENT_H

#include "aggregator/correlate/connection.h"
#include "common/alert.h"

#include <stdint.h>

struct incidents;
struct rd;
struct wr;

/*
 * What is known of each honeypot's fall.  The first suspect alert opens its
 * incident; any compromised one makes it compromised, or two suspect alerts
 * of different kinds, to a different (peer, port), within 24 hours.
 */
#define INCIDENT_WITHIN_NS (24 * NS_PER_HOUR)

struct incidents_sizes {
	uint32_t incidents; /* the one that was quiet for longest goes first */
	uint32_t onsets;    /* honeypots with unexplained connections */
};

/* 1.3 kB an incident and 552 bytes each evidence; 3.9 kB an onset. */
#define INCIDENTS_SIZES                                                        \
	(struct incidents_sizes)                                               \
	{                                                                      \
		.incidents = 4096, .onsets = 4096                              \
	}

/* site: borrowed.  NULL: no memory. */
struct incidents *incidents_new(
    const struct site *site, const struct incidents_sizes *sizes);
void incidents_free(struct incidents *s);

/*
 * A connection is new.  One that leaves a honeypot unexplained may be where
 * its fall began: returns the incident whose onset it moved, or NULL.
 */
const struct incident *incidents_connection(
    struct incidents *s, const struct connection *c);

/*
 * An alert is new or changed.  Returns the incident that it is evidence of,
 * whose id is in 'a' now, with '*op' "open" or "update"; NULL: of none.
 */
const struct incident *incidents_alert(
    struct incidents *s, struct alert *a, const char **op);

/*
 * Continue an incident that was told before a restart; it replaces what was
 * found meanwhile.  Copied.
 *
 * last_ns: the last time of each evidence's alert, i->n_evidence of them.
 * Returns 0, or -1: no memory.
 */
int incidents_restore(
    struct incidents *s, const struct incident *i, const int64_t *last_ns);

/* For snapshots, see snapshot.h. */
#define INCIDENTS_VERSION 1
void incidents_save(const void *s, struct wr *w);
int incidents_load(void *s, struct rd *r);

uint64_t incidents_evicted(const struct incidents *s);

#endif
