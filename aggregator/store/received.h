/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_RECEIVED_H
#define AGGREGATOR_STORE_RECEIVED_H

#include "aggregator/store/sequences.h"
#include "common/alert.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct received;
struct received_sensor;

/*
 * What is remembered for one sensor, so that none can take all the memory:
 * a restart a minute for 90 days makes 129,600 runs, at about 400 bytes
 * 50 MiB; their ranges (sequences.h) have room for 16 of 16 bytes each on
 * the average, an honest run's for 8, which makes 32 MiB.  Beyond that a
 * message is not taken: what was forgotten would be let in twice.
 */
#define SEEN_RUNS_MAX 131072
#define SEEN_RANGES_MAX (16 * SEEN_RUNS_MAX)

struct received_sums {
	uint64_t messages, records, lost, dropped;
	int64_t first_received_ns, last_received_ns; /* with messages > 0 */
};

/* The messages of one run that are in the store. */
struct received_run {
	char sensor[SITE_NAME_MAX];
	struct run_id run;
	uint64_t base; /* sequences up to here are not asked for */
	int32_t day;   /* the newest that it was committed in */
	struct sequences done, pending; /* pending: put, not committed */
	struct received_sums done_sums, pending_sums;
	struct received_sensor *of; /* received.c's, as all that follows */
	struct received_run *chain;
	bool changed;
	TAILQ_ENTRY(received_run) all, change;
};

/* Returns NULL when memory is out. */
struct received *received_new(void);
void received_free(struct received *s);

/* The run, or NULL: nothing of it is known. */
const struct received_run *received_get(
    const struct received *s, const char *sensor, const struct run_id *run);
/* The run, made when it is new; NULL when memory is out. */
struct received_run *received_make(
    struct received *s, const char *sensor, const struct run_id *run);

/* Whether one more message is within the limits of its sensor.  The other
 * functions do not ask: what is in the store is known, however much it is. */
bool received_takes(
    const struct received *s, const char *sensor, const struct run_id *run);

/* Committed, or put since. */
bool received_has(const struct received_run *r, uint64_t sequence);

/* Add first..last with its sums; received_commit() or received_undo() decides.
 * Returns 0, or -1 when memory is out and nothing was added. */
int received_put(struct received *s, struct received_run *r, uint64_t first,
    uint64_t last, const struct received_sums *sums);

/* 'day': where the records went.  Cannot fail. */
void received_commit(struct received *s, int32_t day);
void received_undo(struct received *s);

typedef int received_fn(void *arg, const struct received_run *r);
/* Every run with something in it; stops when 'fn' returns other than 0. */
int received_each(const struct received *s, received_fn *fn, void *arg);

#endif
