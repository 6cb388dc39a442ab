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

/*
 * Runs remembered for one sensor: a restart a minute for 90 days makes
 * 129,600, at about 450 bytes 56 MiB.  Beyond that the sensor's oldest run is
 * forgotten, so that no sensor can take all the memory.
 */
#define SEEN_RUNS_MAX 131072

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
	struct received_run *chain; /* seen.c's: hash, and the lists */
	bool changed;
	TAILQ_ENTRY(received_run) of_sensor, all, change;
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
