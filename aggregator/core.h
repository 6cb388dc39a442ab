/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORE_H
#define AGGREGATOR_CORE_H

#include "aggregator/child.h"
#include "aggregator/config.h"
#include "aggregator/control.h"
#include "aggregator/pipeline.h"
#include "aggregator/store/state.h"
#include "aggregator/store/store.h"
#include "common/keys.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The aggregator's core: the only process with the store and the correlator.
 * This header is for its own files (aggregator.c, core_*.c).
 *
 * A message's way: ingest -> core_message() -> store, uncommitted ->
 * core_commit(): durable -> ack -> pipeline -> alerts, gathered ->
 * core_flush(): durable -> feed.
 */

/* Messages between a put and its commit: 64 x 1.1 MiB of working memory. */
#define CORE_PENDING_MAX 64
/* How many unacknowledged messages an agent may have on their way. */
#define CORE_WINDOW 64
/* Updates of an alert that was told of are told at most so often. */
#define CORE_FLUSH_NS NS_PER_SEC

/* A registered sensor, by its index in site->sensor. */
struct core_sensor {
	struct sensor_state state;
	uint64_t session;      /* of ingest; 0: none said Hello */
	int64_t runs_until_ns; /* monotonic; see core_hello.c */
	struct run_id run;
	uint64_t next;		  /* sequence, if nothing is missing */
	uint64_t lost;		  /* said by the agent */
	uint64_t pending;	  /* probably lost; gone when it is sure */
	bool recount;		  /* gaps and sums must be asked of the store */
	bool begins;		  /* nothing of this run came yet */
	bool dirty;		  /* not saved yet */
	struct run_state last[2]; /* its newest runs, the newest first */
	size_t n_last;
	bool last_dirty;
};

/* A stored message that waits for the commit. */
struct core_pending {
	struct wire *wire; /* owns what 'message' points to */
	struct wire_message message;
	size_t sensor;
	uint64_t session;
	bool fresh; /* put now; else known before */
};

/* Alerts and incidents that are to be written and told. */
struct core_news;
/* Who was refused, and how often, since it was last written. */
struct core_refused;

struct core {
	const struct config *config;
	struct loop *loop;
	struct store *store;
	struct state *state;
	struct pipeline *pipeline;
	struct child *ingest, *feed;
	struct key_pair key;
	struct core_sensor *sensor;
	struct core_pending pending[CORE_PENDING_MAX];
	size_t n_pending;
	struct wire *wire; /* for what we send */
	struct loop_timer *commit, *flush, *second;
	struct core_news *news;
	struct core_refused *refused;
	struct control *control;   /* NULL: there is none */
	int64_t mute_ends_ns;	   /* of the one that ends first; 0: none */
	struct run_id run;	   /* of the feed */
	struct store_pos position; /* correlated */
	int64_t clock_ns;	   /* that the correlator was told last */
	int64_t next_snapshot_ns;  /* monotonic */
	bool position_moved;
	bool ingest_ready, feed_ready, ready;
	bool stalled; /* the store takes nothing */
	bool reload;  /* ended in order to begin again */
	bool stop;
	char key_file[4096]; /* of the configuration that comes next */
	int64_t next_expire_ns;
	struct log_limit limit; /* of lines that strangers cause */
	int status;
};

/* core_message.c: one message of a sensor, as ingest gives it. */
void core_message(struct core *c, const uint8_t *body, size_t len);
/* Make durable, acknowledge, correlate. */
void core_commit(struct core *c);

/* core_hello.c */
void core_hello(struct core *c, size_t sensor, uint64_t session,
    const char *address, const struct wire_hello *h);
void core_refuse(struct core *c, uint64_t session, enum wire_refusal_code code,
    const char *reason);
void core_send(struct core *c, uint64_t session, const struct wire_message *m);

/* core_sensor.c: what is known of each sensor. */
/* Which addresses are one honeypot is known again as well: before records
 * are correlated. */
int core_sensors_load(struct core *c, struct err *e);
/* All in one durable step; what fails is kept, and tried the next time. */
void core_sensors_save(struct core *c);
void core_sensor_seen(struct core *c, size_t sensor, int64_t now_ns);
void core_sensor_run(struct core *c, size_t sensor, const char *address,
    const struct wire_hello *h, int64_t now_ns);
void core_sensor_batch(
    struct core *c, size_t sensor, const struct wire_batch *b, bool fresh);
void core_sensor_heartbeat(
    struct core *c, size_t sensor, const struct wire_heartbeat *h);
/* Every session ended. */
void core_sensors_hang_up(struct core *c);

/* core_covered.c: since when what a sensor knows is complete. */
/* A message of its run came, of that time. */
void core_covered_run(struct core *c, size_t sensor, int64_t time_ns);
/* Something is missing until then. */
void core_covered_gap(struct core *c, size_t sensor, int64_t until_ns);
/* What is known of it, for a pipeline that is new or was resumed. */
void core_covered_tell(const struct core *c);

/*
 * core_runs.c: what the runs of each sensor sum up to.  The sums are of all
 * that was ever stored, whatever expired.
 */
int core_runs_load(struct core *c, struct err *e);
void core_runs_hello(
    struct core *c, size_t sensor, const struct wire_hello *h, int64_t now_ns);
void core_runs_heartbeat(
    struct core *c, size_t sensor, const struct wire_heartbeat *h);
/* Of sensors that are marked so. */
void core_runs_recount(struct core *c);
/* Into an open step of the state. */
int core_runs_save(struct core *c, size_t sensor, struct err *e);
/* store_expire(), and keep what was known of the day.  Saves the sensors. */
int core_expire(struct core *c, int64_t now_ns, struct err *e);

/* core_reload.c: all of a new configuration or nothing of it. */
int core_load_key(struct core *c, struct err *e);
/* Everything that the configuration says, but for the key. */
int core_check(const struct config *config, struct err *e);
bool core_may_reload(struct core *c, const char *conf);
/* For core_begin_again(), which only returns, with a status, on failure. */
int core_hand_over(const struct core *c, struct err *e);
int core_begin_again(int exe_fd, char **argv);

/* core_children.c: the processes that face strangers. */
int core_start_children(struct core *c, int exe_fd, struct err *e);

/* core_refused.c: who was not let in, counted by why and whom. */
int core_refused_load(struct core *c, struct err *e);
void core_count_refused(struct core *c, const char *why, const char *who);
/* Into an open step of the state; saved: it is durable. */
int core_refused_save(struct core *c, struct err *e);
void core_refused_saved(struct core *c);

/* core_news.c: alerts and incidents on their way to the state and the feed. */
struct core_news *core_news_new(void);
void core_news_free(struct core_news *n);
void core_news_sink(struct core *c, struct pipeline_sink *sink);
/* Write and tell everything gathered, and the position. */
void core_flush(struct core *c);
/* Is there something that cannot wait? */
bool core_news_urgent(const struct core *c);
/* Is everything written and told? */
bool core_news_is_none(const struct core *c);
/* Is there so much that it must be written before more comes? */
bool core_news_enough(const struct core *c);

/*
 * Write and tell that an operator, or time, did something to 'i'; 'a' may be
 * NULL.  What was held back of it is told now, or when it is closed, never.
 * Returns 0; -1 with 'e': then nothing was done.
 */
int core_tell_handled(struct core *c, const struct incident *i, const char *op,
    const struct audit *a, struct err *e);
/* Is there nothing left to be written? */
bool core_news_told(const struct core *c);

/* core_operator.c: what operators do to incidents. */
/* Without the socket the aggregator goes on, and says so. */
void core_open_control(struct core *c);
/* Incidents whose mute is over are heard again. */
void core_end_mutes(struct core *c);

/* core_snapshot.c: what the correlator remembers. */
/* Keep it, if it is time and nothing waits to be written. */
void core_snapshot(struct core *c);
/* Go on from what was kept.  Returns 1; 0: nothing is, or nothing of use,
 * which is said; -1 with 'e'. */
int core_resume(struct core *c, struct state_moment *m, struct err *e);

/* core_restart.c: go on where the last process stopped. */
#define CORE_WARM_UP_HOURS 26
int core_catch_up(struct core *c, struct err *e);

#endif
