/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_DETECT_H
#define AGGREGATOR_CORRELATE_DETECT_H

#include "aggregator/correlate/connection.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alert_sink;
struct alerts;
struct detect;
struct err;
struct history;
struct option;
struct rd;
struct snapshot_part;
struct wr;

/* Room for what a detector's options say. */
#define OPTIONS_BYTES_MAX 256

/*
 * A detector is a function of connections and the clock: no I/O, no store, no
 * feed.  One file each, detect_NAME.c with "const struct detector
 * detect_NAME"; the build lists them.
 */
struct detector {
	const char *name, *doc; /* "outbound-ssh"; one sentence */
	/* Its own, beside those that every detector has; NULL: none. */
	const struct option *options;
	/* It tells of what a visitor did to the honeypot, which does not say
	 * that the honeypot fell. */
	bool of_visitor;
	/* An alert for each peer; else one for all, and peers are counted. */
	bool per_peer;
	/* One alert for all honeypots, who are named in the order in which
	 * they came. */
	bool shared;
	/* Also above a notice for a uid that relays by design. */
	bool relay_too;
	/* Rests on what others say of other honeypots: makes nobody suspect in
	 * the eyes of alerts_suspect(). */
	bool hearsay;
	/* Which it asks for: 1 << enum connection_event, of connections of
	 * these directions: 1 << enum direction; 0: of all. */
	unsigned int events, directions;
	/* options: filled as the table says; copied if it is kept.  Returns
	 * NULL when memory is out. */
	void *(*new)(const struct site *site, const void *options);
	void (*free)(void *self);
	void (*connection)(void *self, const struct connection *c,
	    enum connection_event event, struct alert_sink *out);
	/* NULL: time alone changes nothing. */
	void (*tick)(void *self, int64_t now_ns, struct alert_sink *out);
	/* The same by the times of connections: what waited for stragglers of
	 * half a second before may be judged.  All detectors hear of it
	 * before any hears of the connection; NULL: nothing waits. */
	void (*passed)(void *self, int64_t time_ns, struct alert_sink *out);
	/* The sentence for what 'a' has counted.  Nothing but 'a' and the
	 * site matters: the same alert always reads the same. */
	void (*text)(const void *self, const struct alert *a,
	    char out[static ALERT_TEXT_MAX]);
	/* For snapshots, as in snapshot.h; NULL: it remembers nothing. */
	uint32_t version;
	void (*save)(const void *self, struct wr *w);
	int (*load)(void *self, struct rd *r);
	/* How often it had to forget something for want of room; NULL: never.
	 */
	uint64_t (*evicted)(const void *self);
};

/* All of them, in order of their files' names; NULL behind the last. */
extern const struct detector *const detectors[];
/* The one of that name, or NULL. */
const struct detector *detector_find(const char *name);

/*
 * The detectors at work, with the options that 'site' gives them.
 *
 * alerts: where they raise; borrowed, as are 'site' and 'history'.
 * Returns NULL with 'e' (EX_CONFIG) when there is no such detector or option.
 */
struct detect *detect_new(const struct site *site, struct alerts *alerts,
    const struct history *history, struct err *e);
void detect_free(struct detect *d);

/* A connection began then.  Returns whether that is enough after the last
 * time that those who wait were told so. */
bool detect_passed(struct detect *d, int64_t time_ns);

/* Which events any of them asks for. */
unsigned int detect_events(void);
void detect_connection(
    struct detect *d, const struct connection *c, enum connection_event event);

/* Time passed; INT64_MAX: the input ends, and all is judged. */
void detect_tick(struct detect *d, int64_t now_ns);

/* The parts of a snapshot that are theirs, as many as return; at most
 * DETECT_PARTS_MAX.  Borrowed. */
#define DETECT_PARTS_MAX 40
size_t detect_parts(struct detect *d, struct snapshot_part *out);

uint64_t detect_evicted(const struct detect *d);

/* The sink of the detector of that name, or NULL. */
struct alert_sink *detect_sink(struct detect *d, const char *name);

#endif
