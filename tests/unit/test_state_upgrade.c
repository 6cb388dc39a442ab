/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A state.db of an older version opens, and nothing of it is lost; one of a
 * newer version does not. */
#include "tests/unit/cm.h"

#include "tests/unit/state_fixture.h"

#include <sqlite3.h>

/* As version 2 made them. */
static const char version_2[] =
    "CREATE TABLE publisher("
    " id INTEGER PRIMARY KEY CHECK(id = 1), run BLOB NOT NULL,"
    " day INTEGER NOT NULL, message INTEGER NOT NULL);"
    "CREATE TABLE sensor("
    " sensor TEXT PRIMARY KEY, state TEXT, software TEXT, rules TEXT,"
    " address TEXT, last_seen_ns INTEGER, run BLOB, boot BLOB,"
    " clock_ahead_ns INTEGER, records INTEGER, kernel_lost INTEGER,"
    " spool_dropped INTEGER, gaps INTEGER, refused INTEGER,"
    " undecoded INTEGER, duplicates INTEGER, queued_messages INTEGER,"
    " queued_bytes INTEGER, expired_records INTEGER,"
    " expired_kernel_lost INTEGER, expired_dropped INTEGER,"
    " expired_gaps INTEGER, addresses TEXT) WITHOUT ROWID;"
    "CREATE TABLE refused("
    " why TEXT, who TEXT, count INTEGER NOT NULL, last_ns INTEGER,"
    " PRIMARY KEY(why, who)) WITHOUT ROWID;"
    "CREATE TABLE run("
    " id INTEGER PRIMARY KEY, sensor TEXT NOT NULL, run BLOB NOT NULL,"
    " nft_table BLOB NOT NULL, started_ns INTEGER,"
    " counted_before INTEGER NOT NULL,"
    " accounted INTEGER NOT NULL DEFAULT 0,"
    " expired INTEGER NOT NULL DEFAULT 0,"
    " undecoded INTEGER NOT NULL DEFAULT 0,"
    " unread INTEGER NOT NULL DEFAULT 0, UNIQUE(sensor, run));"
    "CREATE INDEX run_sensor ON run(sensor, id);"
    "CREATE TABLE alert("
    " id TEXT PRIMARY KEY, detector TEXT NOT NULL,"
    " severity INTEGER NOT NULL, honeynet TEXT NOT NULL,"
    " honeypot TEXT NOT NULL, address TEXT NOT NULL, peer TEXT,"
    " port INTEGER NOT NULL, first_ns INTEGER, last_ns INTEGER,"
    " count INTEGER NOT NULL, peers INTEGER NOT NULL,"
    " honeypots TEXT NOT NULL, sensors TEXT NOT NULL,"
    " incident TEXT NOT NULL, text TEXT NOT NULL, client TEXT,"
    " server TEXT, client_port INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE incident("
    " id TEXT PRIMARY KEY, honeynet TEXT NOT NULL, honeypot TEXT NOT NULL,"
    " address TEXT NOT NULL, aliases TEXT NOT NULL,"
    " severity INTEGER NOT NULL, state TEXT NOT NULL, onset_ns INTEGER,"
    " last_ns INTEGER, evidence_left_out INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE evidence("
    " incident TEXT, place INTEGER, kind TEXT NOT NULL, time_ns INTEGER,"
    " peer TEXT, port INTEGER NOT NULL, count INTEGER NOT NULL,"
    " text TEXT NOT NULL, alert TEXT NOT NULL,"
    " PRIMARY KEY(incident, place)) WITHOUT ROWID;"
    "CREATE TABLE log("
    " sequence INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL,"
    " topic TEXT NOT NULL, json TEXT NOT NULL, pb BLOB NOT NULL);"
    "PRAGMA user_version = 2;";

/* A row of each. */
static const char rows[] =
    "INSERT INTO publisher VALUES(1, x'000102030405060708090a0b0c0d0e0f',"
    " 20778, 42);"
    "INSERT INTO sensor VALUES('pot1', 'up', 'synhive-agent 0.1.0', 'ok',"
    " '10.9.0.3:5555', 1795262400000000000, zeroblob(16), zeroblob(16), 7,"
    " 100, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,"
    " '11.11.79.67' || char(10) || '11.11.79.89');"
    "INSERT INTO refused VALUES('unknown-key', 'x at y', 3, 17);"
    "INSERT INTO run VALUES(1, 'pot1', zeroblob(16), zeroblob(16), 5, 6, 7, 8,"
    " 9, 10);"
    "INSERT INTO alert VALUES('a1', 'outbound-ssh', 2, 'lab', 'combo',"
    " '11.11.79.67', '1.2.3.4', 22, 1795262400000000000, 1795262401000000000,"
    " 3, 1, 'combo', 'pot1', 'i1', 'combo began.', '11.11.79.89', '1.2.3.4',"
    " 4000);"
    "INSERT INTO incident VALUES('i1', 'lab', 'combo', '11.11.79.67',"
    " '11.11.79.89', 3, 'open', 1795262399000000000, 1795262401000000000, 2);"
    "INSERT INTO evidence VALUES('i1', 0, 'outbound-ssh', 1795262400000000000,"
    " '1.2.3.4', 22, 3, 'combo began.', 'a1');"
    "INSERT INTO log VALUES(9, 11, 'alert/lab/outbound-ssh/combo', '{}',"
    " x'00');";

static void
run_sql(const char *dir, const char *sql)
{
	char path[256], *said = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/state.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &said) != SQLITE_OK)
		fail_msg("%s", said);
	sqlite3_close(db);
}

static int
setup_old(void **state)
{
	struct states *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/synhive-state-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	run_sql(f->dir, version_2);
	run_sql(f->dir, rows);
	*state = f;
	return 0;
}

static int
check_alert(void *arg, const struct alert *a)
{
	(*(int *)arg)++;
	assert_string_equal(a->id, "a1");
	assert_int_equal(a->severity, SEVERITY_SUSPECT);
	assert_int_equal(a->count, 3);
	assert_string_equal(a->text, "combo began.");
	assert_string_equal(a->note, "");
	assert_true(a->has_connection);
	assert_int_equal(a->client_port, 4000);
	assert_string_equal(a->incident, "i1");
	return 0;
}

static int
check_incident(void *arg, const struct incident *i)
{
	(*(int *)arg)++;
	assert_string_equal(i->id, "i1");
	assert_int_equal(i->severity, SEVERITY_COMPROMISED);
	assert_true(i->onset_ns == 1795262399000000000);
	assert_int_equal(i->n_alias, 1);
	assert_int_equal(i->evidence_left_out, 2);
	assert_int_equal(i->n_evidence, 1);
	assert_string_equal(i->evidence[0].alert, "a1");
	assert_int_equal(i->n_episode, 0);
	assert_int_equal(i->handling.acknowledged_ns, 0);
	return 0;
}

static int
check_sensor(void *arg, const struct sensor_state *x)
{
	(*(int *)arg)++;
	assert_string_equal(x->sensor, "pot1");
	assert_int_equal(x->records, 100);
	assert_int_equal(x->queued_bytes, 10);
	assert_int_equal(x->expired.gaps, 14);
	assert_int_equal(x->n_addr, 2);
	assert_true(x->since_ns == TIME_NONE);
	return 0;
}

static int
check_run(void *arg, const struct run_state *r)
{
	(*(int *)arg)++;
	assert_int_equal(r->accounted, 7);
	assert_int_equal(r->unread, 10);
	return 0;
}

static int
check_refused(void *arg, const struct refused_state *r)
{
	(*(int *)arg)++;
	assert_int_equal(r->count, 3);
	return 0;
}

static int
check_log(void *arg, const struct log_entry *x)
{
	(*(int *)arg)++;
	assert_int_equal(x->sequence, 9);
	assert_string_equal(x->json, "{}");
	return 0;
}

static void
nothing_of_version_2_is_lost(void **state)
{
	struct states *f = *state;
	struct store_pos pos;
	struct run_id run;
	int64_t clock;
	int n = 0;

	/* Twice: the upgrade, and what it left. */
	for (int i = 0; i < 2; i++) {
		reopen(f);
		state_run(f->s, &run);
		assert_int_equal(run.b[15], 15);
		assert_int_equal(state_position(f->s, &pos, &f->e), 0);
		assert_int_equal(pos.day, 20778);
		assert_int_equal(pos.id, 42);
		assert_int_equal(state_clock(f->s, &clock, &f->e), 0);
		assert_true(clock == TIME_NONE);
		assert_int_equal(state_log_last(f->s), 9);
		state_alerts(f->s, check_alert, &n, &f->e);
		state_incidents(f->s, check_incident, &n, &f->e);
		state_sensors(f->s, check_sensor, &n, &f->e);
		state_runs(f->s, "pot1", check_run, &n, &f->e);
		state_refused(f->s, check_refused, &n, &f->e);
		state_log_after(f->s, 0, 10, check_log, &n, &f->e);
		assert_int_equal(n, 6 * (i + 1));
	}
}

static int
same(void *arg, const struct alert *a)
{
	const struct alert *b = arg;

	assert_string_equal(a->note, b->note);
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->client_port, b->client_port);
	return 0;
}

static void
what_is_new_is_kept_in_what_was_old(void **state)
{
	struct states *f = *state;
	struct alert a = {.id = "a1", .text = "said", .note = "noted"};
	struct incident i = {.id = "i1", .handling = {.closed_ns = 5}};
	struct episode episode = {.onset_ns = 4};
	struct state_moment m = {{20778, 42}, 7};

	i.episode = &episode;
	i.n_episode = 1;
	a.client_port = 17;
	reopen(f);
	assert_int_equal(state_put_alert(f->s, &a, &f->e), 0);
	assert_int_equal(state_put_incident(f->s, &i, &f->e), 0);
	assert_int_equal(state_set_clock(f->s, 9, &f->e), 0);
	assert_int_equal(state_begin_snapshot(f->s, &m, &f->e), 0);
	assert_int_equal(state_put_snapshot(f->s, "x", "yz", 2, &f->e), 0);
	assert_int_equal(state_alerts(f->s, same, &a, &f->e), 0);
	assert_int_equal(state_moment(f->s, &m, &f->e), 1);
	assert_int_equal(m.clock_ns, 7);
}

static void
a_reader_of_an_older_version_says_what_to_do(void **state)
{
	struct states *f = *state;

	assert_null(state_open(f->dir, STORE_READ, &f->e));
	assert_non_null(strstr(f->e.text, "start this version's aggregator"));
}

static void
a_newer_version_is_refused_and_left_alone(void **state)
{
	struct states *f = *state;

	run_sql(f->dir, "PRAGMA user_version = 99");
	for (int mode = 0; mode < 2; mode++) {
		assert_null(state_open(
		    f->dir, mode == 0 ? STORE_READ : STORE_WRITE, &f->e));
		assert_non_null(strstr(f->e.text, "newer version"));
		assert_non_null(strstr(f->e.text, "99"));
	}
	run_sql(f->dir, "INSERT INTO refused VALUES('a', 'b', 1, 1)");
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup_old, teardown_state)
	const struct CMUnitTest tests[] = {
	    CASE(nothing_of_version_2_is_lost),
	    CASE(what_is_new_is_kept_in_what_was_old),
	    CASE(a_reader_of_an_older_version_says_what_to_do),
	    CASE(a_newer_version_is_refused_and_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
