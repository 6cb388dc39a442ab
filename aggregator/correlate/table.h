/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_TABLE_H
#define AGGREGATOR_CORRELATE_TABLE_H

#include "aggregator/correlate/fold.h"
#include "aggregator/correlate/folded.h"
#include "aggregator/correlate/replying.h"
#include "aggregator/correlate/sensors.h"
#include "aggregator/correlate/tuple.h"

struct map;
struct rd;
struct wr;

/*
 * The connections that fold remembers, and how it tells of them: what each
 * kind of record does to them is fold.c's.
 */
struct table {
	const struct site *site;
	struct fold_sink sink;
	struct map *coming, *going; /* struct tuple -> struct folded */
	struct replying *replying;
	struct sensors *sensors;
	int64_t clock_ns;   /* TIME_NONE: not set yet */
	const char *sensor; /* of the record at hand; NULL: none */
	uint8_t hook;
	struct connection shown; /* what the sink is lent */
};

/* Returns 0, or -1: no memory; table_fini() in either case. */
int table_init(struct table *t, const struct site *site,
    const struct fold_sizes *sizes, const struct fold_sink *sink);
void table_fini(struct table *t);

/* Tell the sink, if it wants to know. */
void table_tell(struct table *t, const struct tuple *key,
    const struct folded *c, enum connection_event event);

/* Whether both ends are addresses of one honeypot. */
bool table_is_own(const struct table *t, const struct tuple *key);

/* 'key' will be looked for soon: see map_prefetch(). */
void table_prefetch(const struct table *t, const struct tuple *key);

/*
 * The connection of 'key' if its attempts are within 'slack_ns' of 'time_ns';
 * it is kept for longer now.  NULL: there is none.
 */
struct folded *table_find(struct table *t, const struct tuple *key,
    int64_t time_ns, int64_t slack_ns);

/* Room for a new connection of 'key', of a record of 'time_ns': one that has
 * it already ends. */
struct folded *table_open(
    struct table *t, const struct tuple *key, int64_t time_ns);

/* End what was not touched for ATTEMPT_GAP_NS. */
void table_advance(struct table *t, int64_t now_ns);
void table_finish(struct table *t);

uint64_t table_evicted(const struct table *t);

/* For snapshots: of connections, the TABLE_SAVED youngest each way. */
#define TABLE_SAVED (1 << 17)
void table_save(const struct table *t, struct wr *w);
int table_load(struct table *t, struct rd *r);

#endif
