/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_INCIDENT_INTERNAL_H
#define AGGREGATOR_CORRELATE_INCIDENT_INTERNAL_H

#include "aggregator/correlate/incident.h"
#include "aggregator/correlate/onset.h"

#include <sys/queue.h>

/* What the incident*.c share. */

struct open_incident {
	struct incident i;
	size_t room;	  /* for evidence */
	int64_t *last_ns; /* of each evidence, its alert's last time */
	int64_t first_suspect_ns;
	/* Start of the newest connection of this honeypot: what the clock of
	 * another one says is its own affair. */
	int64_t clock_ns;
	uint64_t order; /* of that evidence, where there are no times */
	uint32_t stale; /* a bit for each episode: find its vectors */
	uint32_t moved; /* ... and so did its onset: forget those it has */
	bool late;	/* so, but for what came in late: it may wait */
	bool changed, was_told, pending;
	TAILQ_ENTRY(open_incident) entry; /* among the pending */
};

_Static_assert(EPISODES_MAX <= 32, "a bit for each episode");

/* Unexplained connections from a honeypot. */
struct activity {
	struct onset onset;
	int64_t last_ns;
};

struct incidents {
	struct incidents_env env;
	struct map *open;     /* primary address -> struct open_incident */
	struct map *activity; /* primary address -> struct activity */
	struct map *handled;  /* id -> what operators did, see below */
	uint64_t evicted;     /* incidents, before a restart */
	TAILQ_HEAD(, open_incident) pending;
};

/* incident.c: look at it at the next flush.  changed: and tell of it. */
void incident_touch(struct incidents *s, struct open_incident *o, bool changed);

/* Free what it owns. */
void incident_forget(struct open_incident *o);

/* incident_evidence.c */
/* Returns whether it is new; else known_ns: up to when it was known. */
bool incident_put_evidence(
    struct open_incident *o, const struct alert *a, int64_t *known_ns);
/* What a visitor did to the honeypot does not say that it fell, or that it is
 * still busy. */
bool incident_is_of_visitor(const char *kind);
/* Whether the alert of that id and another one are enough together. */
bool incident_two_kinds(const struct open_incident *o, const char *alert);

/* incident_episode.c: the first one, or its onset moved. */
void incident_set_onset(struct incidents *s, struct open_incident *o);
/* An unexplained connection began, or more is known of it; the latest before
 * that is of 'before_ns'. */
void incident_went_out(struct incidents *s, struct open_incident *o,
    const struct connection *c, int64_t before_ns);
/* Somebody came in, or more is known of it. */
void incident_came_in(struct incidents *s, struct open_incident *o,
    const struct connection *c, enum connection_event event);
/* Evidence lasted until 'last_ns'. */
void incident_lasted(struct open_incident *o, int64_t last_ns);
/* Evidence came, or lasts longer than 'known_ns': a visitor may be marked. */
void incident_marked(struct open_incident *o, const struct alert *a,
    bool is_new, int64_t known_ns);
/* Vectors of the episodes that are stale. */
void incident_find_vectors(struct incidents *s, struct open_incident *o);

/* incident_handled.c: what operators did is known by the incident's id, also
 * before records that are correlated again after a restart open it. */
struct map *incident_handled_new(uint32_t max);
void incident_take_handling(struct incidents *s, struct open_incident *o);

#endif
