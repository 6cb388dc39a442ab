/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/state_internal.h"

/* The version of the tables below. */
#define FORMAT 3
#define PAGE_BYTES 4096

/*
 * Times are nanoseconds since 1970, NULL where unknown; addresses are text;
 * lists of names are text, one a line.  Severities are the numbers of
 * proto/alert.proto.
 *
 * Since version 3: what the correlator remembers, and of when that is
 * (moment, snapshot); the episodes of incidents and their vectors; what
 * operators did, with times of 0 where nobody did (handling, audit), and
 * alerts of muted incidents that the feed has not heard (held); expectations
 * with a schedule, 'seen' being times, one a line.
 */
#define SINCE_3                                                                \
	"CREATE TABLE moment("                                                 \
	" id INTEGER PRIMARY KEY CHECK(id = 1), day INTEGER NOT NULL,"         \
	" message INTEGER NOT NULL, clock_ns INTEGER);"                        \
	"CREATE TABLE snapshot("                                               \
	" part TEXT PRIMARY KEY, bytes BLOB NOT NULL);"                        \
	"CREATE TABLE episode("                                                \
	" incident TEXT, place INTEGER, onset_ns INTEGER, last_ns"             \
	" INTEGER, since_ns INTEGER, may_be_older INTEGER NOT NULL,"           \
	" vectors_left_out INTEGER NOT NULL, PRIMARY KEY(incident,"            \
	" place)) WITHOUT ROWID;"                                              \
	"CREATE TABLE vector("                                                 \
	" incident TEXT, episode INTEGER, place INTEGER, peer TEXT NOT"        \
	" NULL, address TEXT NOT NULL, port INTEGER NOT NULL, within"          \
	" INTEGER NOT NULL, first_ns INTEGER, before_ns INTEGER,"              \
	" last_ns INTEGER, connections INTEGER NOT NULL, packets"              \
	" INTEGER NOT NULL, outcome INTEGER NOT NULL, by_sizes INTEGER"        \
	" NOT NULL, back INTEGER NOT NULL, peers INTEGER NOT NULL,"            \
	" watched_ns INTEGER, swept INTEGER NOT NULL, more INTEGER NOT"        \
	" NULL, called_back INTEGER NOT NULL, tried_odd INTEGER NOT"           \
	" NULL, PRIMARY KEY(incident, episode, place)) WITHOUT ROWID;"         \
	"CREATE TABLE handling("                                               \
	" incident TEXT PRIMARY KEY, acknowledged_ns INTEGER NOT NULL,"        \
	" acknowledged_by TEXT NOT NULL, muted_until_ns INTEGER NOT"           \
	" NULL, verdict TEXT NOT NULL, closed_ns INTEGER NOT NULL,"            \
	" rebuilt_ns INTEGER NOT NULL, previous TEXT NOT NULL,"                \
	" previous_closed_ns INTEGER NOT NULL) WITHOUT ROWID;"                 \
	"CREATE TABLE held("                                                   \
	" alert TEXT PRIMARY KEY, is_update INTEGER NOT NULL) WITHOUT"         \
	" ROWID;"                                                              \
	"CREATE TABLE audit("                                                  \
	" id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, uid"               \
	" INTEGER, user TEXT NOT NULL, verb TEXT NOT NULL, incident"           \
	" TEXT NOT NULL, honeypot TEXT NOT NULL, detail TEXT NOT NULL,"        \
	" reason TEXT NOT NULL);"                                              \
	"CREATE TABLE expectation("                                            \
	" name TEXT PRIMARY KEY, of TEXT NOT NULL, since_ns INTEGER,"          \
	" judged_ns INTEGER, last_ns INTEGER, seen TEXT NOT NULL)"             \
	" WITHOUT ROWID;"

static const char create[] =
    "CREATE TABLE publisher("
    " id INTEGER PRIMARY KEY CHECK(id = 1), run BLOB NOT NULL,"
    " day INTEGER NOT NULL, message INTEGER NOT NULL, clock_ns INTEGER);"

    "CREATE TABLE sensor("
    " sensor TEXT PRIMARY KEY, state TEXT, software TEXT, rules TEXT,"
    " address TEXT, last_seen_ns INTEGER, run BLOB, boot BLOB,"
    " clock_ahead_ns INTEGER, records INTEGER, kernel_lost INTEGER,"
    " spool_dropped INTEGER, gaps INTEGER, refused INTEGER,"
    " undecoded INTEGER, duplicates INTEGER, queued_messages INTEGER,"
    " queued_bytes INTEGER, expired_records INTEGER,"
    " expired_kernel_lost INTEGER, expired_dropped INTEGER,"
    " expired_gaps INTEGER, addresses TEXT, since_ns INTEGER)"
    " WITHOUT ROWID;"
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
    " server TEXT, client_port INTEGER NOT NULL,"
    " note TEXT NOT NULL DEFAULT '') WITHOUT ROWID;"

    "CREATE TABLE incident("
    " id TEXT PRIMARY KEY, honeynet TEXT NOT NULL, honeypot TEXT NOT NULL,"
    " address TEXT NOT NULL, aliases TEXT NOT NULL,"
    " severity INTEGER NOT NULL, state TEXT NOT NULL, onset_ns INTEGER,"
    " last_ns INTEGER, evidence_left_out INTEGER NOT NULL,"
    " episodes_left_out INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TABLE evidence("
    " incident TEXT, place INTEGER, kind TEXT NOT NULL, time_ns INTEGER,"
    " peer TEXT, port INTEGER NOT NULL, count INTEGER NOT NULL,"
    " text TEXT NOT NULL, alert TEXT NOT NULL,"
    " PRIMARY KEY(incident, place)) WITHOUT ROWID;"
    "CREATE TABLE log("
    " sequence INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL,"
    " topic TEXT NOT NULL, json TEXT NOT NULL, pb BLOB NOT NULL);" SINCE_3;

static const char *const upgrade[FORMAT - 1] = {
    "ALTER TABLE sensor ADD COLUMN expired_records INTEGER;"
    "ALTER TABLE sensor ADD COLUMN expired_kernel_lost INTEGER;"
    "ALTER TABLE sensor ADD COLUMN expired_dropped INTEGER;"
    "ALTER TABLE sensor ADD COLUMN expired_gaps INTEGER;"
    "ALTER TABLE sensor ADD COLUMN addresses TEXT;"
    "ALTER TABLE run ADD COLUMN accounted INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN undecoded INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;",

    "ALTER TABLE publisher ADD COLUMN clock_ns INTEGER;"
    "ALTER TABLE sensor ADD COLUMN since_ns INTEGER;"
    "ALTER TABLE alert ADD COLUMN note TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE incident ADD COLUMN"
    " episodes_left_out INTEGER NOT NULL DEFAULT 0;" SINCE_3,
};

static const char *const sql[STATE_STATEMENTS] = {
    [STATE_MAKE] = "INSERT INTO publisher VALUES(1, ?, 0, 0, NULL)",
    [STATE_RUN] = "SELECT run FROM publisher",
    [STATE_SET_POSITION] = "UPDATE publisher SET day = ?, message = ?",
    [STATE_POSITION] = "SELECT day, message FROM publisher",
    [STATE_SET_CLOCK] = "UPDATE publisher SET clock_ns = ?",
    [STATE_CLOCK] = "SELECT clock_ns FROM publisher",
    [STATE_FORGET_SNAPSHOT] = "DELETE FROM snapshot",
    [STATE_PUT_MOMENT] = "INSERT OR REPLACE INTO moment VALUES(1,?,?,?)",
    [STATE_PUT_SNAPSHOT] = "INSERT INTO snapshot VALUES(?,?)",
    [STATE_MOMENT] = "SELECT day, message, clock_ns FROM moment",
    [STATE_SNAPSHOT] = "SELECT bytes FROM snapshot WHERE part = ?",

    [STATE_PUT_SENSOR] = "INSERT OR REPLACE INTO sensor"
			 " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
			 "?,?)",
    [STATE_SENSORS] = "SELECT * FROM sensor ORDER BY sensor",

    [STATE_REFUSED_COUNT] = "SELECT count(*) FROM refused",
    [STATE_REFUSED_ADD] = "UPDATE refused SET count = count + ?3,"
			  " last_ns = ?4 WHERE why = ?1 AND who = ?2",
    [STATE_REFUSED_PUT] = "INSERT INTO refused VALUES(?,?,?,?)",
    [STATE_REFUSED] = "SELECT why, who, count, last_ns FROM refused"
		      " ORDER BY why, who",

    [STATE_PUT_RUN] =
	"INSERT INTO run(sensor, run, nft_table, started_ns, counted_before,"
	" accounted, expired, undecoded, unread) VALUES(?,?,?,?,?,?,?,?,?)"
	" ON CONFLICT(sensor, run) DO UPDATE SET"
	" nft_table = excluded.nft_table, started_ns = excluded.started_ns,"
	" counted_before = excluded.counted_before,"
	" accounted = excluded.accounted, expired = excluded.expired,"
	" undecoded = excluded.undecoded, unread = excluded.unread",
    [STATE_FORGET_RUNS] =
	"DELETE FROM run WHERE sensor = ?1 AND id <= (SELECT id FROM run"
	" WHERE sensor = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [STATE_RUNS] = "SELECT sensor, run, nft_table, started_ns,"
		   " counted_before, accounted, expired, undecoded, unread"
		   " FROM run WHERE sensor = ? ORDER BY id",

    [STATE_PUT_ALERT] = "INSERT OR REPLACE INTO alert"
			" VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [STATE_ALERTS] = "SELECT * FROM alert ORDER BY first_ns, id",

    [STATE_PUT_INCIDENT] = "INSERT OR REPLACE INTO incident"
			   " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
    [STATE_INCIDENTS] = "SELECT * FROM incident ORDER BY onset_ns, id",
    /* Most of them are there already: those cost no write. */
    [STATE_PUT_EVIDENCE] =
	"INSERT INTO evidence VALUES(?,?,?,?,?,?,?,?,?)"
	" ON CONFLICT(incident, place) DO UPDATE SET"
	" (kind, time_ns, peer, port, count, text, alert) ="
	" (excluded.kind, excluded.time_ns, excluded.peer, excluded.port,"
	" excluded.count, excluded.text, excluded.alert)"
	" WHERE (kind, time_ns, peer, port, count, text, alert) IS NOT"
	" (excluded.kind, excluded.time_ns, excluded.peer, excluded.port,"
	" excluded.count, excluded.text, excluded.alert)",
    [STATE_CUT_EVIDENCE] =
	"DELETE FROM evidence WHERE incident = ? AND place >= ?",
    [STATE_EVIDENCE] =
	"SELECT kind, time_ns, peer, port, count, text, alert FROM evidence"
	" WHERE incident = ? ORDER BY place LIMIT ?",

    [STATE_PUT_EPISODE] =
	"INSERT OR REPLACE INTO episode VALUES(?,?,?,?,?,?,?)",
    [STATE_CUT_EPISODES] =
	"DELETE FROM episode WHERE incident = ? AND place >= ?",
    [STATE_EPISODES] =
	"SELECT onset_ns, last_ns, since_ns, may_be_older, vectors_left_out"
	" FROM episode WHERE incident = ? ORDER BY place LIMIT ?",
    [STATE_PUT_VECTOR] = "INSERT OR REPLACE INTO vector"
			 " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [STATE_CUT_VECTORS] = "DELETE FROM vector WHERE incident = ?"
			  " AND episode = ? AND place >= ?",
    [STATE_VECTORS] =
	"SELECT peer, address, port, within, first_ns, before_ns, last_ns,"
	" connections, packets, outcome, by_sizes, back, peers, watched_ns,"
	" swept, more, called_back, tried_odd FROM vector"
	" WHERE incident = ? AND episode = ? ORDER BY place LIMIT ?",

    [STATE_LOG] = "INSERT INTO log(sequence, time_ns, topic, json, pb)"
		  " VALUES(?,?,?,?,?)",
    [STATE_LOG_AFTER] = "SELECT sequence, time_ns, topic, json, pb FROM log"
			" WHERE sequence > ? ORDER BY sequence LIMIT ?",
    [STATE_LOG_LAST] = "SELECT coalesce(max(sequence), 0) FROM log",
    [STATE_LOG_EXPIRE] =
	"DELETE FROM log WHERE sequence <= ?1 AND time_ns < ?2 AND sequence <"
	" (SELECT min(sequence) FROM log) + ?3",

    [STATE_INCIDENT] = "SELECT * FROM incident WHERE id = ?",
    [STATE_PUT_HANDLING] =
	"INSERT INTO handling VALUES(?,?,?,?,?,?,?,?,?)"
	" ON CONFLICT(incident) DO UPDATE SET (acknowledged_ns,"
	" acknowledged_by, muted_until_ns, verdict, closed_ns, rebuilt_ns) ="
	" (excluded.acknowledged_ns, excluded.acknowledged_by,"
	" excluded.muted_until_ns, excluded.verdict, excluded.closed_ns,"
	" excluded.rebuilt_ns)"
	" WHERE (acknowledged_ns, acknowledged_by, muted_until_ns, verdict,"
	" closed_ns, rebuilt_ns) IS NOT (excluded.acknowledged_ns,"
	" excluded.acknowledged_by, excluded.muted_until_ns,"
	" excluded.verdict, excluded.closed_ns, excluded.rebuilt_ns)",
    [STATE_HANDLING] = "SELECT * FROM handling WHERE incident = ?",
    [STATE_MUTED] = "SELECT incident, muted_until_ns FROM handling"
		    " WHERE muted_until_ns <> 0"
		    " ORDER BY muted_until_ns, incident LIMIT 1",
    [STATE_HOLD] = "INSERT OR IGNORE INTO held VALUES(?,?)",
    [STATE_HELD] = "SELECT alert.*, is_update FROM alert JOIN held"
		   " ON held.alert = alert.id WHERE alert.incident = ?"
		   " ORDER BY first_ns, id LIMIT ?",
    [STATE_RELEASE] = "DELETE FROM held WHERE alert = ?",
    [STATE_AUDIT] = "INSERT INTO audit(time_ns, uid, user, verb, incident,"
		    " honeypot, detail, reason) VALUES(?,?,?,?,?,?,?,?)",
    [STATE_AUDITED] = "SELECT time_ns, uid, user, verb, incident, honeypot,"
		      " detail, reason FROM audit"
		      " WHERE ?1 = '' OR incident = ?1 ORDER BY id",
    [STATE_PUT_EXPECTATION] =
	"INSERT INTO expectation VALUES(?,?,?,?,?,?)"
	" ON CONFLICT(name) DO UPDATE SET (of, since_ns, judged_ns, last_ns,"
	" seen) = (excluded.of, excluded.since_ns, excluded.judged_ns,"
	" excluded.last_ns, excluded.seen)"
	" WHERE (of, since_ns, judged_ns, last_ns, seen) IS NOT"
	" (excluded.of, excluded.since_ns, excluded.judged_ns,"
	" excluded.last_ns, excluded.seen)",
    [STATE_EXPECTATIONS] = "SELECT * FROM expectation ORDER BY name",
};

const struct db_schema state_schema = {
    FORMAT, PAGE_BYTES, create, sql, STATE_STATEMENTS, upgrade};
