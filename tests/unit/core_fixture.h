/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_CORE_FIXTURE_H
#define TESTS_UNIT_CORE_FIXTURE_H

#include "tests/unit/store_fixture.h"

#include "aggregator/core.h"

#include <sqlite3.h>

/* The core's memory of one sensor, pot1, which has 11.11.79.3 and .63, with a
 * store and a state. */
struct cores {
	struct fixture *f; /* the store is in it */
	struct config config;
	struct core c;
};

static inline void
load_core(struct cores *x)
{
	x->c = (struct core){.config = &x->config, .store = x->f->store};
	x->c.state = state_open(x->f->dir, STORE_WRITE, &x->f->e);
	if (x->c.state == NULL)
		fail_msg("%s", x->f->e.text);
	assert_int_equal(core_refused_load(&x->c, &x->f->e), 0);
	assert_int_equal(core_sensors_load(&x->c, &x->f->e), 0);
}

static inline void
drop_core(struct cores *x)
{
	state_close(x->c.state);
	free(x->c.sensor);
	free(x->c.refused);
}

static inline void
restart_core(struct cores *x)
{
	drop_core(x);
	reopen_store(x->f);
	load_core(x);
}

static inline int
setup_core(void **state)
{
	struct cores *x = calloc(1, sizeof(*x));
	struct sensor_entry sensor = {.name = "pot1"};
	struct honeynet home = {.name = "lab"};
	struct net net;
	void *f;

	if (setup(&f) == -1)
		return -1;
	x->f = f;
	x->config.keep_days = 1;
	x->config.site = site_new();
	assert_int_equal(net_parse("11.11.79.0/24", &net), 0);
	nets_add(&home.home, &net);
	assert_int_equal(net_parse("11.11.79.3", &net), 0);
	nets_add(&sensor.addresses, &net);
	assert_int_equal(net_parse("11.11.79.63", &net), 0);
	nets_add(&sensor.addresses, &net);
	assert_int_equal(site_add_honeynet(x->config.site, &home, &x->f->e), 0);
	assert_int_equal(site_add_sensor(x->config.site, &sensor, &x->f->e), 0);
	load_core(x);
	*state = x;
	return 0;
}

static inline int
teardown_core(void **state)
{
	struct cores *x = *state;
	void *f = x->f;

	drop_core(x);
	site_free(x->config.site);
	free(x);
	return teardown(&f);
}

/* SQL on state.db, past the core; the first number that it gives. */
static inline int64_t
ask_state(struct cores *x, const char *sql)
{
	char path[256];
	sqlite3 *db;
	sqlite3_stmt *st;
	int64_t n = 0;

	snprintf(path, sizeof(path), "%s/state.db", x->f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static inline struct run_id
run_numbered(uint32_t n)
{
	struct run_id run = {{0}};

	memcpy(run.b, &n, sizeof(n));
	return run;
}

/* Run 'n' begins, its rules having counted so much. */
static inline void
hello(struct cores *x, uint32_t n, uint64_t counted_before)
{
	struct wire_hello h = {.run = run_numbered(n),
	    .table = run_of(1),
	    .counted_before = counted_before};

	core_sensor_run(&x->c, 0, "10.9.0.3:5555", &h, x->f->now_ns);
}

/* 'n' records of run 'run', committed, as the core sees them. */
static inline void
deliver(struct cores *x, uint32_t run, uint64_t sequence, size_t n)
{
	struct wire_batch b = {.sequence = sequence, .records = {.n = n}};

	assert_int_equal(
	    put_message(x->f, "pot1", run_numbered(run), sequence, n), 1);
	commit(x->f);
	core_sensor_batch(&x->c, 0, &b, true);
	x->c.sensor[0].dirty = true;
}

#endif
