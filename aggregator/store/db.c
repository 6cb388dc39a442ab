/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/db.h"
#include "aggregator/store/db_internal.h"
#include "common/clock.h"
#include "common/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* Longest wait for somebody else's lock.  Readers of a WAL take none that a
 * writer would wait for; this is for the moments when a file is made or
 * recovered. */
#define BUSY_MS 1000

/* The WAL is cut back to this when it has grown behind a slow reader. */
#define WAL_BYTES_MAX (64 * 1024 * 1024)

static const char setup_read[] = "PRAGMA mmap_size = 0x7fff0000";
static const char setup_write[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;" /* what is committed may be acknowledged */
    "PRAGMA cache_size = -8192;" /* KiB */
    "PRAGMA temp_store = MEMORY;";

int
db_fail(const struct db *db, int rc, struct err *e)
{
	int sys = db->h == NULL ? errno : sqlite3_system_errno(db->h);

	/* A WAL's index that cannot grow is no plain "full" to SQLite. */
	if ((rc & 0xff) == SQLITE_IOERR && (sys == ENOSPC || sys == EDQUOT))
		rc = SQLITE_FULL;
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return err_set(e, EX_TEMPFAIL, "%s: disk full", db->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, EX_TEMPFAIL, "%s: locked", db->path);
	case SQLITE_READONLY:
		return err_set(e, EX_CANTCREAT, "%s: read-only", db->path);
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(e, EX_NOPERM, "%s: no permission", db->path);
	case SQLITE_CANTOPEN:
		return err_set(e, EX_NOPERM, "cannot open %s or its WAL: %s",
		    db->path, strerror(sys));
	case SQLITE_NOTADB:
		return err_set(e, EX_DATAERR, "%s: no database", db->path);
	case SQLITE_CORRUPT:
		return err_set(e, EX_DATAERR, "%s: damaged", db->path);
	case SQLITE_NOMEM:
		return err_set(e, EX_OSERR, "%s: out of memory", db->path);
	case SQLITE_IOERR:
		return err_set(e, EX_IOERR, "%s: %s", db->path,
		    sys == 0 ? "read or write error" : strerror(sys));
	}
	return err_set(e, EX_SOFTWARE, "%s: %s", db->path, sqlite3_errstr(rc));
}

int
db_exec(struct db *db, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(db, rc, e);
}

/* Made by us and not by SQLite, for the mode; the WAL inherits it. */
static int
make_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd == -1 && errno == EEXIST)
		return 0;
	if (fd == -1)
		return err_sys(e,
		    errno == EACCES   ? EX_NOPERM
		    : errno == ENOSPC ? EX_TEMPFAIL
				      : EX_CANTCREAT,
		    "cannot make %s", path);
	/* Whatever the umask is: the console belongs to the group. */
	(void)fchmod(fd, 0640);
	close(fd);
	return 0;
}

/* The first column of the only row; what makes a file be looked at. */
static int
ask_once(struct db *db, const char *sql, int *out)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db->h, sql, -1, &st, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		*out = sqlite3_column_int(st, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return rc;
}

/* A reader may come in the milliseconds between the making of a file and
 * that of its WAL, which SQLite does not wait for. */
static int
ask(struct db *db, const char *sql, int *out, struct err *e)
{
	const struct timespec pause = {.tv_nsec = BUSY_MS / 50 * NS_PER_MS};
	int rc = ask_once(db, sql, out);

	for (int i = 0; i < 50 && (rc & 0xff) == SQLITE_CANTOPEN; i++) {
		nanosleep(&pause, NULL);
		rc = ask_once(db, sql, out);
	}
	return rc == SQLITE_OK ? 0 : db_fail(db, rc, e);
}

static int
make_tables(struct db *db, int version, struct err *e)
{
	char set[64];

	snprintf(
	    set, sizeof(set), "PRAGMA user_version = %d", db->schema->version);
	if (version <= 0 && db_exec(db, db->schema->create, e) == -1)
		return -1;
	for (int v = version; v > 0 && v < db->schema->version; v++)
		if (db_exec(db, db->schema->upgrade[v - 1], e) == -1)
			return -1;
	return db_exec(db, set, e);
}

/* Tables and version appear in one step; 'version': what there was. */
static int
create(struct db *db, int version, struct err *e)
{
	if (db_begin(db, e) == -1)
		return -1;
	if (make_tables(db, version, e) == -1) {
		db_undo(db);
		return -1;
	}
	return db_commit(db, e);
}

static int
check_version(struct db *db, struct err *e)
{
	int version = 0;

	if (ask(db, "PRAGMA user_version", &version, e) == -1)
		return -1;
	if (version > db->schema->version)
		return err_set(e, EX_DATAERR,
		    "%s was made by a newer version of Synhive (format %d, "
		    "this program knows %d)",
		    db->path, version, db->schema->version);
	if (version == db->schema->version)
		return 0;
	if (db->mode == DB_WRITE)
		return create(db, version, e);
	if (version <= 0)
		return err_set(e, EX_NOINPUT, "%s holds nothing yet", db->path);
	return err_set(e, EX_DATAERR,
	    "%s was made by an older version of Synhive (format %d, this "
	    "program knows %d): start this version's aggregator once",
	    db->path, version, db->schema->version);
}

static int
configure(struct db *db, struct err *e)
{
	char set[128];
	int one = 1;

	sqlite3_extended_result_codes(db->h, 1);
	sqlite3_busy_timeout(db->h, BUSY_MS);
	/* Else the last one to close deletes the WAL and its index, which a
	 * reader under another user could not make again. */
	sqlite3_file_control(db->h, NULL, SQLITE_FCNTL_PERSIST_WAL, &one);
	/* Read where the kernel has it: our files never become shorter. */
	if (db->mode == DB_READ)
		return db_exec(db, setup_read, e);
	snprintf(set, sizeof(set),
	    "PRAGMA page_size = %d; PRAGMA journal_size_limit = %d",
	    db->schema->page_bytes, WAL_BYTES_MAX);
	return db_exec(db, set, e) == -1 ? -1 : db_exec(db, setup_write, e);
}

struct db *
db_open(const char *path, enum db_mode mode, const struct db_schema *schema,
    struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));
	int flags =
	    SQLITE_OPEN_NOMUTEX |
	    (mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	int rc;

	if (db == NULL || (db->path = strdup(path)) == NULL ||
	    (db->st = calloc(schema->n_sql, sizeof(*db->st))) == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		goto fail;
	}
	db->mode = mode;
	db->schema = schema;
	if (mode == DB_WRITE && make_file(path, e) == -1)
		goto fail;
	if (mode == DB_READ && access(path, F_OK) == -1) {
		err_sys(e, EX_NOINPUT, "cannot open %s", path);
		goto fail;
	}
	rc = sqlite3_open_v2(path, &db->h, flags, NULL);
	if (rc != SQLITE_OK) {
		db_fail(db, rc, e);
		goto fail;
	}
	if (configure(db, e) == -1 || check_version(db, e) == -1)
		goto fail;
	return db;
fail:
	db_close(db);
	return NULL;
}

void
db_close(struct db *db)
{
	int saved = errno;

	if (db == NULL)
		return;
	for (size_t i = 0; db->st != NULL && i < db->schema->n_sql; i++)
		sqlite3_finalize(db->st[i]);
	sqlite3_close(db->h);
	free(db->st);
	free(db->path);
	free(db);
	errno = saved;
}

const char *
db_path(const struct db *db)
{
	return db->path;
}

int
db_begin(struct db *db, struct err *e)
{
	db->undone = false;
	if (db_exec(db, db->mode == DB_READ ? "BEGIN" : "BEGIN IMMEDIATE", e) ==
	    -1)
		return -1;
	db->open = true;
	return 0;
}

int
db_commit(struct db *db, struct err *e)
{
	if (db->undone) {
		db->undone = false;
		return err_set(
		    e, EX_TEMPFAIL, "%s: was undone before", db->path);
	}
	if (db_exec(db, "COMMIT", e) == -1) {
		db_undo(db);
		return -1;
	}
	db->open = false;
	return 0;
}

void
db_undo(struct db *db)
{
	/* After "disk full" SQLite may have done it by itself. */
	if (db->open && !sqlite3_get_autocommit(db->h))
		sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	db->open = false;
	db->undone = false;
}

void
db_let_go(struct db *db)
{
	if (db->mode != DB_READ)
		return;
	/* It unmaps by mapping anew; a failure costs speed. */
	sqlite3_exec(db->h, "PRAGMA mmap_size = 0", NULL, NULL, NULL);
	sqlite3_exec(db->h, setup_read, NULL, NULL, NULL);
}

int
db_is_finished(struct db *db, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc =
	    sqlite3_prepare_v2(db->h, "PRAGMA journal_mode", -1, &st, NULL);
	int finished = 0;

	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		finished = strcmp((const char *)sqlite3_column_text(st, 0),
			       "wal") != 0;
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_OK ? finished : db_fail(db, rc, e);
}

int
db_finish(struct db *db, struct err *e)
{
	int zero = 0, one = 1, rc;

	/* A reader is not waited for: there is another day. */
	sqlite3_busy_timeout(db->h, 0);
	sqlite3_file_control(db->h, NULL, SQLITE_FCNTL_PERSIST_WAL, &zero);
	rc = sqlite3_exec(
	    db->h, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	sqlite3_busy_timeout(db->h, BUSY_MS);
	if (rc == SQLITE_OK && (rc = db_is_finished(db, e)) == 1)
		return 1;
	sqlite3_file_control(db->h, NULL, SQLITE_FCNTL_PERSIST_WAL, &one);
	if (rc == -1 || rc == SQLITE_OK)
		return rc;
	return (rc & 0xff) == SQLITE_BUSY ? 0 : db_fail(db, rc, e);
}
