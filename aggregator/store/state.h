/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_STATE_H
#define AGGREGATOR_STORE_STATE_H

#include "aggregator/store/store.h"
#include "common/alert.h"
#include "common/expectation.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct state;

/*
 * state.db: what is known besides records.  Sensors, alerts, incidents, the
 * feed's log, the position up to which records were correlated.  One writer
 * (the aggregator's core, which holds the store's lock), readers under other
 * users.
 */
struct state *state_open(const char *dir, enum store_mode mode, struct err *e);
void state_close(struct state *s);

/* 16 random bytes, made with the file: the publisher's run on the feed. */
void state_run(struct state *s, struct run_id *out);

/* All changes between these are one durable step.  When one of them fails all
 * are undone, and state_commit() says so too. */
int state_begin(struct state *s, struct err *e);
int state_commit(struct state *s, struct err *e);
/* Nothing of it, when something else failed in between. */
void state_undo(struct state *s);

/* Records up to here went through the correlator. */
int state_set_position(
    struct state *s, const struct store_pos *pos, struct err *e);
int state_position(struct state *s, struct store_pos *pos, struct err *e);

/* The clock that the correlator was told last; TIME_NONE: none. */
int state_set_clock(struct state *s, int64_t clock_ns, struct err *e);
int state_clock(struct state *s, int64_t *clock_ns, struct err *e);

/*
 * --- what the correlator remembers, in named parts (see
 * correlate/snapshot.h) and compressed: all of one moment, put between
 * state_begin() and state_commit(), the moment first.
 */

struct state_moment {
	struct store_pos pos; /* records up to here are in it */
	int64_t clock_ns;     /* that it was told; TIME_NONE: none */
};

/* What was kept before is forgotten. */
int state_begin_snapshot(
    struct state *s, const struct state_moment *m, struct err *e);
int state_put_snapshot(struct state *s, const char *part, const void *bytes,
    size_t n, struct err *e);

/* 1; 0: nothing is kept; -1 with 'e'. */
int state_moment(struct state *s, struct state_moment *m, struct err *e);
/* The same; '*bytes' is borrowed until the next call or state_close(). */
int state_snapshot(struct state *s, const char *part, const void **bytes,
    size_t *n, struct err *e);

/* --- sensors: one row per configured or seen sensor --- */

/* Kept of a host; a Hello may name more. */
#define SENSOR_ADDRS_MAX 64

struct sensor_state {
	char sensor[SITE_NAME_MAX];
	char state[16]; /* up, silent, never */
	char software[64], rules[32], address[64];
	int64_t last_seen_ns; /* received; TIME_NONE: never */
	struct run_id run, boot;
	int64_t clock_ahead_ns; /* the sensor's clock minus ours */
	uint64_t records;	/* stored, ever */
	uint64_t kernel_lost;	/* reported, plus counted while no agent ran */
	uint64_t spool_dropped, gaps, refused, undecoded;
	uint64_t duplicates; /* redelivered, dropped, acknowledged again */
	uint64_t queued_messages, queued_bytes;
	/* Of the sums above, what was in days that are removed by now. */
	struct sensor_expired {
		uint64_t records, kernel_lost, dropped, gaps;
	} expired;
	/* It began then, or missed something until then, last; TIME_NONE:
	 * nobody knows. */
	int64_t since_ns;
	/* The host's, as the last Hello said. */
	struct addr addr[SENSOR_ADDRS_MAX];
	size_t n_addr;
};

int state_put_sensor(
    struct state *s, const struct sensor_state *x, struct err *e);
typedef int state_sensor_fn(void *arg, const struct sensor_state *x);
int state_sensors(
    struct state *s, state_sensor_fn *fn, void *arg, struct err *e);

/* Refused connections and messages, by why and whom: "unknown-key" etc. */
int state_count_refused(struct state *s, const char *why, const char *who,
    int64_t now_ns, uint64_t n, struct err *e);
struct refused_state {
	char why[32], who[80];
	uint64_t count;
	int64_t last_ns;
};
typedef int state_refused_fn(void *arg, const struct refused_state *x);
int state_refused(
    struct state *s, state_refused_fn *fn, void *arg, struct err *e);

/* What an agent's Hello said, kept per run for the sum of what was lost. */
struct run_state {
	char sensor[SITE_NAME_MAX];
	struct run_id run, table;
	int64_t started_ns;
	uint64_t counted_before;
	uint64_t accounted; /* of what the rules counted, this run told of */
	uint64_t expired;   /* ... and was in days that are removed by now */
	uint64_t undecoded; /* ... and was no record */
	uint64_t unread;    /* counted, and read by nobody, before this run */
};
int state_put_run(struct state *s, const struct run_state *r, struct err *e);
typedef int state_run_fn(void *arg, const struct run_state *r);
/* In the order in which they were first seen. */
int state_runs(struct state *s, const char *sensor, state_run_fn *fn, void *arg,
    struct err *e);

/* --- alerts and incidents --- */

int state_put_alert(struct state *s, const struct alert *a, struct err *e);
typedef int state_alert_fn(void *arg, const struct alert *a);
/* Ordered by first time, then id. */
int state_alerts(struct state *s, state_alert_fn *fn, void *arg, struct err *e);

int state_put_incident(
    struct state *s, const struct incident *i, struct err *e);
typedef int state_incident_fn(void *arg, const struct incident *i);
/* Ordered by onset, then id. */
int state_incidents(
    struct state *s, state_incident_fn *fn, void *arg, struct err *e);

/* The same with the one of that id, if there is one. */
int state_incident(struct state *s, const char *id, state_incident_fn *fn,
    void *arg, struct err *e);

/* --- what operators did --- */

struct audit {
	int64_t time_ns;
	uint32_t uid;
	char user[USER_NAME_MAX], verb[16];
	char incident[ID_TEXT_MAX], honeypot[SITE_NAME_MAX];
	char detail[80]; /* "verdict unclear", "until ..."; "" */
	char reason[512];
};
int state_put_audit(struct state *s, const struct audit *a, struct err *e);
typedef int state_audit_fn(void *arg, const struct audit *a);
/* incident: NULL for all.  In the order in which they were done. */
int state_audits(struct state *s, const char *incident, state_audit_fn *fn,
    void *arg, struct err *e);

/* The incident whose mute ends first.  1: there is one, 0: none, -1. */
int state_muted(struct state *s, char incident[static ID_TEXT_MAX],
    int64_t *until_ns, struct err *e);

/* An alert that the feed is to hear of later; 'update' counts when it is not
 * held yet. */
int state_hold(struct state *s, const char *alert, bool update, struct err *e);
typedef int state_held_fn(void *arg, const struct alert *a, bool update);
/* Those of an incident, by their time, at most 'max'. */
int state_held(struct state *s, const char *incident, size_t max,
    state_held_fn *fn, void *arg, struct err *e);
int state_release(struct state *s, const char *alert, struct err *e);

/* --- expectations with a schedule --- */

int state_put_expectation(
    struct state *s, const struct expectation_state *x, struct err *e);
typedef int state_expectation_fn(void *arg, const struct expectation_state *x);
int state_expectations(
    struct state *s, state_expectation_fn *fn, void *arg, struct err *e);

/* --- the feed's log: what was published, in order --- */

/* 'topic': without "json/" or "pb/".  Returns the sequence number, from 1;
 * 0 with 'e'. */
uint64_t state_log(struct state *s, const char *topic, const char *json,
    const void *pb, size_t pb_len, int64_t now_ns, struct err *e);
struct log_entry {
	uint64_t sequence;
	int64_t time_ns;
	const char *topic; /* without the "json/" or "pb/" */
	const char *json;
	const void *pb;
	size_t pb_len;
};
typedef int state_log_fn(void *arg, const struct log_entry *x);
int state_log_after(struct state *s, uint64_t sequence, size_t max,
    state_log_fn *fn, void *arg, struct err *e);
uint64_t state_log_last(struct state *s);
/* Forget entries older than 'before_ns', but not the last 10,000. */
int state_log_expire(struct state *s, int64_t before_ns, struct err *e);

#endif
