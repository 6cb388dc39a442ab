/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_SEEN_H
#define AGGREGATOR_STORE_SEEN_H

#include "aggregator/store/ranges.h"
#include "common/alert.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct seen;

/*
 * Runs remembered for one sensor: a restart a minute for 90 days makes
 * 129,600, at about 450 bytes 56 MiB.  Beyond that the sensor's oldest run is
 * forgotten, so that no sensor can take all the memory.
 */
#define SEEN_RUNS_MAX 131072

struct seen_sums {
	uint64_t messages, records, lost, dropped;
	int64_t first_received_ns, last_received_ns; /* with messages > 0 */
};

/* The messages of one run that are in the store. */
struct seen_run {
	char sensor[SITE_NAME_MAX];
	struct run_id run;
	uint64_t base; /* sequences up to here are not asked for */
	int32_t day;   /* the newest that it was committed in */
	struct ranges done, pending; /* pending: put, not committed */
	struct seen_sums done_sums, pending_sums;
	struct seen_run *chain; /* seen.c's: hash, and the lists */
	bool changed;
	TAILQ_ENTRY(seen_run) of_sensor, all, change;
};

/* Returns NULL when memory is out. */
struct seen *seen_new(void);
void seen_free(struct seen *s);

/* The run, or NULL: nothing of it is known. */
const struct seen_run *seen_get(
    const struct seen *s, const char *sensor, const struct run_id *run);
/* The run, made when it is new; NULL when memory is out. */
struct seen_run *seen_make(
    struct seen *s, const char *sensor, const struct run_id *run);

/* Committed, or put since. */
bool seen_has(const struct seen_run *r, uint64_t sequence);

/* Add first..last with its sums; seen_commit() or seen_undo() decides.
 * Returns 0, or -1 when memory is out and nothing was added. */
int seen_put(struct seen *s, struct seen_run *r, uint64_t first, uint64_t last,
    const struct seen_sums *sums);

/* 'day': where the records went.  Cannot fail. */
void seen_commit(struct seen *s, int32_t day);
void seen_undo(struct seen *s);

typedef int seen_fn(void *arg, const struct seen_run *r);
/* Every run with something in it; stops when 'fn' returns other than 0. */
int seen_each(const struct seen *s, seen_fn *fn, void *arg);

#endif
