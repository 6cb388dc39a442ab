/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store_fixture.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <sysexits.h>

#define DAY_FILE "day-2026-11-21.db"

static void
expect_no_store(
    const char *dir, enum store_mode mode, int code, const char *words)
{
	struct err e = {0};

	assert_null(store_open(dir, mode, &e));
	assert_int_equal(e.code, code);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, e.text);
}

static void
a_second_writer_is_told_of_the_first(void **state)
{
	struct fixture *f = *state;
	char words[160];

	snprintf(words, sizeof(words), "%s is in use: process %ld writes to it",
	    f->dir, (long)getpid());
	expect_no_store(f->dir, STORE_WRITE, EX_TEMPFAIL, words);
	store_close(f->store);
	f->store = store_open(f->dir, STORE_WRITE, &f->e);
	assert_non_null(f->store);
}

static void
a_reader_wants_a_store(void **state)
{
	struct fixture *f = *state;

	expect_no_store(f->dir, STORE_READ, EX_NOINPUT, "no store in");
	expect_no_store("/nonexistent", STORE_READ, EX_NOINPUT,
	    "/nonexistent: No such file");
	expect_no_store("/nonexistent", STORE_WRITE, EX_NOINPUT,
	    "/nonexistent: No such file");
	expect_no_store("/dev/null", STORE_WRITE, EX_NOINPUT, "no folder");
}

/* Run 'sql' on a closed store's day. */
static void
meddle(struct fixture *f, const char *sql)
{
	char path[256];
	sqlite3 *db;

	store_close(f->store);
	f->store = NULL;
	snprintf(path, sizeof(path), "%s/" DAY_FILE, f->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
a_newer_format_is_refused(void **state)
{
	struct fixture *f = *state;

	fill(f, 1, 1);
	meddle(f, "PRAGMA user_version = 99");
	expect_no_store(f->dir, STORE_WRITE, EX_DATAERR,
	    "made by a newer version of Synhive (format 99, this program "
	    "knows 1)");
}

static void
what_is_no_database_is_named(void **state)
{
	struct fixture *f = *state;
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/" DAY_FILE, f->dir);
	store_close(f->store);
	f->store = NULL;
	out = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("no database at all\n", out);
	fclose(out);
	expect_no_store(
	    f->dir, STORE_WRITE, EX_DATAERR, DAY_FILE ": no database");
}

static void
files_are_for_the_group_whatever_the_umask(void **state)
{
	struct fixture *f = *state;
	static const char *const files[] = {
	    DAY_FILE, DAY_FILE "-wal", DAY_FILE "-shm", "lock"};
	mode_t before = umask(0077);
	char path[256];
	struct stat st;

	fill(f, 1, 1);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, files[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0640);
	}
	umask(before);
}

/* A folder of its own file system; skips the test when that is not allowed. */
static void
mount_store(struct fixture *f, const char *options)
{
	store_close(f->store);
	f->store = NULL;
	if (mount("tmpfs", f->dir, "tmpfs", 0, options) == -1) {
		print_message(
		    "skipped: a tmpfs needs root: %s\n", strerror(errno));
		open_store(f);
		skip();
	}
}

static void
unmount_store(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(umount(f->dir), 0);
}

static void
a_full_disk_is_survived(void **state)
{
	struct fixture *f = *state;
	struct run_id run = run_of(1);
	struct store_pos pos;
	uint32_t safe = 0;
	uint64_t sequence = 0;
	int rc;

	mount_store(f, "size=600k");
	open_store(f);
	/* Messages of 20 KB, a transaction each, until nothing fits. */
	for (;;) {
		rc = put_message(f, "pot1", run, sequence + 1, 500);
		if (rc == 1)
			rc = store_commit(f->store, &pos, &f->e);
		if (rc == -1)
			break;
		safe = f->made;
		sequence++;
		assert_in_range(sequence, 1, 100);
	}
	assert_int_equal(f->e.code, EX_TEMPFAIL);
	assert_non_null(strstr(f->e.text, "disk full"));
	assert_true(safe > 0);
	assert_true(store_has(f->store, "pot1", &run, sequence));
	assert_false(store_has(f->store, "pot1", &run, sequence + 1));
	f->made = safe;
	expect_all(f);
	assert_int_equal(
	    mount("tmpfs", f->dir, "tmpfs", MS_REMOUNT, "size=8m"), 0);
	assert_int_equal(put_message(f, "pot1", run, sequence + 1, 500), 1);
	commit(f);
	expect_all(f);
	reopen_store(f);
	expect_all(f);
	unmount_store(f);
}

static void
a_read_only_store_is_refused_for_writing_and_read(void **state)
{
	struct fixture *f = *state;
	char words[160];

	mount_store(f, "size=8m");
	open_store(f);
	fill(f, 3, 10);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(
	    mount("tmpfs", f->dir, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=8m"),
	    0);
	snprintf(words, sizeof(words),
	    "cannot write to the store %s: Read-only file system", f->dir);
	expect_no_store(f->dir, STORE_WRITE, EX_CANTCREAT, words);
	f->store = store_open(f->dir, STORE_READ, &f->e);
	assert_non_null(f->store);
	expect_all(f);
	unmount_store(f);
}

/* The writer that is going to be killed; says through 'out' what is safe. */
static void
write_until_killed(struct fixture *f, int out)
{
	uint64_t sequence = 0;
	struct store_pos pos;

	store_close(f->store);
	f->store = store_open(f->dir, STORE_WRITE, &f->e);
	for (;;) {
		for (int i = 0; i < 8; i++)
			put_message(f, "pot1", run_of(1), ++sequence, 100);
		if (store_commit(f->store, &pos, &f->e) == -1)
			_exit(1);
		if (write(out, &sequence, sizeof(sequence)) == -1)
			_exit(1);
		if (store_recut(f->store, DAY_2, 0, &f->e) == -1)
			_exit(1);
	}
}

/* Kills a writer when it has committed 'commits' times; returns the last
 * sequence that it said was safe. */
static uint64_t
kill_a_writer(struct fixture *f, int commits)
{
	uint64_t sequence = 0;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	store_close(f->store);
	f->store = NULL;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		write_until_killed(f, ends[1]);
	}
	close(ends[1]);
	for (int i = 0; i < commits; i++)
		assert_int_equal(read(ends[0], &sequence, sizeof(sequence)), 8);
	kill(pid, SIGKILL);
	/* What it said between the last read and its end counts too. */
	while (read(ends[0], &status, sizeof(status)) > 0)
		if (read(ends[0], &status, sizeof(status)) == 4)
			sequence += 8;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return sequence;
}

static int
keep_run(void *arg, const struct store_run *r)
{
	struct store_run *out = arg;

	*out = *r;
	return 0;
}

static void
a_killed_writer_leaves_what_it_committed(void **state)
{
	struct fixture *f = *state;
	struct store_run r;
	struct run_id run = run_of(1);

	for (int commits = 1; commits < 12; commits++) {
		uint64_t safe = kill_a_writer(f, commits);

		open_store(f);
		assert_int_equal(store_runs(f->store, keep_run, &r, &f->e), 0);
		/* Whole transactions; perhaps one that it could not tell. */
		assert_in_range(r.highest, safe, safe + 8);
		assert_int_equal(r.highest % 8, 0);
		assert_int_equal(r.received, r.highest);
		f->made = (uint32_t)r.highest * 100;
		expect_all(f);
		for (uint64_t i = 1; i <= r.highest; i++)
			assert_true(store_has(f->store, "pot1", &run, i));
		f->sequence = r.highest;
		fill(f, 1, 100);
		expect_all(f);
		store_close(f->store);
		f->store = NULL;
		remove_folder(f->dir);
		assert_int_equal(mkdir(f->dir, 0700), 0);
		f->made = 0;
	}
	open_store(f);
}

/* All records of the store; -1 with a line on stderr. */
static int
count_records(const char *dir)
{
	struct store_query q = everything();
	struct store_chunk c;
	struct err e = {0};
	struct store *s = store_open(dir, STORE_READ, &e);
	struct store_scan *sc = s == NULL ? NULL : store_scan_open(s, &q, &e);
	size_t n = 0;
	int rc = -1;

	while (sc != NULL && (rc = store_scan_next(sc, &c, &e)) == 1)
		n += c.records.n;
	store_scan_close(sc);
	store_close(s);
	if (rc == 0)
		return (int)n;
	fprintf(stderr, "%s\n", e.text);
	return -1;
}

/* The same as nobody, who is in the folder's group. */
static int
count_as_nobody(struct fixture *f)
{
	int n = -1, ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) == 0 && setgid(65534) == 0 &&
		    setuid(65534) == 0)
			n = count_records(f->dir);
		_exit(write(ends[1], &n, sizeof(n)) != sizeof(n));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &n, sizeof(n)), sizeof(n));
	close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return n;
}

static void
another_user_reads_also_when_the_writer_is_gone(void **state)
{
	struct fixture *f = *state;
	int n;

	if (getuid() != 0) {
		print_message("skipped: another user needs root\n");
		skip();
	}
	assert_int_equal(chown(f->dir, 0, 65534), 0);
	assert_int_equal(chmod(f->dir, 02750), 0);
	fill(f, 1, 30);
	assert_int_equal(count_as_nobody(f), 30);
	store_close(f->store);
	assert_int_equal(count_as_nobody(f), 30);
	open_store(f);
	assert_int_equal(count_as_nobody(f), 30);
	f->now_ns = DAY_2;
	fill(f, 1, 20);
	recut_all(f);
	assert_int_equal(count_as_nobody(f), 50);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(count_as_nobody(f), 50);
	(void)kill_a_writer(f, 2);
	n = count_as_nobody(f);
	assert_in_range(n, 51, INT32_MAX);
	assert_int_equal(count_records(f->dir), n);
	open_store(f);
	assert_int_equal(count_as_nobody(f), n);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(a_second_writer_is_told_of_the_first),
	    CASE(a_reader_wants_a_store),
	    CASE(a_newer_format_is_refused),
	    CASE(what_is_no_database_is_named),
	    CASE(files_are_for_the_group_whatever_the_umask),
	    CASE(a_full_disk_is_survived),
	    CASE(a_read_only_store_is_refused_for_writing_and_read),
	    CASE(a_killed_writer_leaves_what_it_committed),
	    CASE(another_user_reads_also_when_the_writer_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
