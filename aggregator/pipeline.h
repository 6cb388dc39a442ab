/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_PIPELINE_H
#define AGGREGATOR_PIPELINE_H

#include "aggregator/correlate/connection.h"
#include "aggregator/correlate/snapshot.h"
#include "common/alert.h"
#include "common/expectation.h"
#include "common/record.h"
#include "common/site.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct pipeline;

/*
 * Records in, connections, alerts and incidents out: fold, detectors,
 * incidents, joined.  The daemon and the offline tools use the same.  No I/O,
 * no clock of its own: the same records give the same bytes.
 */
struct pipeline_sink {
	void *arg;
	/* 'update': an alert with this id was reported before. */
	void (*alert)(void *arg, const struct alert *a, bool update);
	/* op: "open", "update", "close" */
	void (*incident)(void *arg, const struct incident *i, const char *op);
	/* NULL: nobody wants them.  Told when the connection ends. */
	void (*connection)(void *arg, const struct connection *c);
};

struct pipeline_counts {
	uint64_t records, connections, retransmissions, witnesses;
	uint64_t same_packet; /* another hook of the same sensor */
	uint64_t answers, refusals, backscatter;
	uint64_t own; /* between two addresses of one honeypot */
	uint64_t stray, expected;
	uint64_t evicted; /* a table was full */
};

/*
 * site: borrowed; must outlive the pipeline.
 * Returns NULL with 'e' when a detector does not like its options.
 */
struct pipeline *pipeline_new(
    const struct site *site, const struct pipeline_sink *sink, struct err *e);
void pipeline_free(struct pipeline *p);

/*
 * Records of one sensor (NULL: a file), in the order in which they came.
 * Whatever they change is told before this returns, each alert once, or twice
 * if it became suspect.
 */
void pipeline_put(
    struct pipeline *p, const char *sensor, const struct batch *b);

/* No record older than 'now_ns' minus the straggler window is expected any
 * more: what was waiting for stragglers may be judged. */
void pipeline_advance(struct pipeline *p, int64_t now_ns);

/* Records come as they are made, and the clock is not theirs: those that are
 * ahead of it do not say what time it is.  Before the first put. */
void pipeline_live(struct pipeline *p);

/* The end of the input: judge everything, end all connections. */
void pipeline_finish(struct pipeline *p);

/*
 * A sensor began at 'since_ns', or missed something until then: whoever fell
 * less than 24 hours later may have fallen before.  Where nobody says so,
 * knowledge begins with the first record.
 */
void pipeline_covered(struct pipeline *p, const char *sensor, int64_t since_ns);

/* While muted, alerts and incidents change but nobody is told: for going
 * again over records that were told of before a restart. */
void pipeline_mute(struct pipeline *p, bool on);

/*
 * Continue from what was told before a restart: alerts in order of their
 * times, then incidents and expectations.  Copied; they replace what was found
 * while muted.  Return 0, or -1 when memory is out.
 */
int pipeline_restore_alert(struct pipeline *p, const struct alert *a);
int pipeline_restore_incident(struct pipeline *p, const struct incident *i);
int pipeline_restore_expectation(
    struct pipeline *p, const struct expectation_state *s);

/* What that needs to be given of the i-th expectation with a schedule; false
 * past the last. */
bool pipeline_expectation(
    const struct pipeline *p, size_t i, struct expectation_state *out);

/*
 * An operator changed that incident's state and handling: when it is closed
 * the honeypot is not suspect any more.  After a restart it is said of all
 * incidents, before records are put again: how much of it the snapshot has is
 * not known.
 */
void pipeline_handle(struct pipeline *p, const struct incident *i);
/* Whether nobody is to hear of that alert: its incident is muted. */
bool pipeline_is_muted(const struct pipeline *p, const struct alert *a);

/*
 * All that the pipeline remembers, after any put or advance, as parts of
 * bytes (see snapshot.h); a fresh pipeline that is given them goes on from
 * there, to the byte, and the alerts and incidents of that moment count as
 * told.  The site is not in it.
 *
 * pipeline_resume(): after -1 the pipeline is of no use.
 */
int pipeline_snapshot(
    const struct pipeline *p, snapshot_put_fn *put, void *arg, struct err *e);
int pipeline_resume(
    struct pipeline *p, snapshot_get_fn *get, void *arg, struct err *e);

/*
 * Who may have been the way in to the honeypot of that primary address, if it
 * fell at 'at_ns', the likeliest first: all that is remembered.
 *
 * out: to be freed.  Returns 0, or -1: no memory.
 */
int pipeline_vectors(const struct pipeline *p, const struct addr *honeypot,
    int64_t at_ns, struct vector **out, size_t *n);

const struct pipeline_counts *pipeline_counts(const struct pipeline *p);

/* Name and one sentence of each detector; returns false past the last. */
bool pipeline_detector(size_t i, const char **name, const char **doc);

#endif
