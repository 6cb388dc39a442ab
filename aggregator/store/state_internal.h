/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_STATE_INTERNAL_H
#define AGGREGATOR_STORE_STATE_INTERNAL_H

#include "aggregator/store/db.h"
#include "aggregator/store/state.h"

#include <stdint.h>

/* What the state_*.c share. */
struct state {
	struct db *db;
	enum store_mode mode;
	struct run_id run;
	uint64_t last;		 /* of the feed's log; the writer's */
	uint64_t last_committed; /* ... before the open transaction */
	bool open;
	int64_t refused_rows; /* -1: not counted yet */
	void *snapshot;	      /* the part that was asked for last */
};

/* One statement that the function of the same name runs. */
enum state_statement {
	STATE_MAKE,
	STATE_RUN,
	STATE_SET_POSITION,
	STATE_POSITION,
	STATE_SET_CLOCK,
	STATE_CLOCK,
	STATE_FORGET_SNAPSHOT,
	STATE_PUT_MOMENT,
	STATE_PUT_SNAPSHOT,
	STATE_MOMENT,
	STATE_SNAPSHOT,
	STATE_PUT_SENSOR,
	STATE_SENSORS,
	STATE_REFUSED_COUNT,
	STATE_REFUSED_ADD,
	STATE_REFUSED_PUT,
	STATE_REFUSED,
	STATE_PUT_RUN,
	STATE_FORGET_RUNS,
	STATE_RUNS,
	STATE_PUT_ALERT,
	STATE_ALERTS,
	STATE_PUT_INCIDENT,
	STATE_INCIDENTS,
	STATE_PUT_EVIDENCE,
	STATE_CUT_EVIDENCE,
	STATE_EVIDENCE,
	STATE_PUT_EPISODE,
	STATE_CUT_EPISODES,
	STATE_EPISODES,
	STATE_PUT_VECTOR,
	STATE_CUT_VECTORS,
	STATE_VECTORS,
	STATE_LOG,
	STATE_LOG_AFTER,
	STATE_LOG_LAST,
	STATE_LOG_EXPIRE,
	STATE_STATEMENTS,
};

extern const struct db_schema state_schema;

/* state_episode.c: the episodes of an incident and their vectors; read into
 * room for EPISODES_MAX. */
int state_put_episodes(
    struct state *s, const struct incident *i, struct err *e);
int state_read_episodes(struct state *s, struct incident *i, struct err *e);

#endif
