/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/store/dir.h"
#include "common/err.h"
#include "common/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* Room in a path for "/day-2026-11-21.db-wal" and the like. */
#define DIR_MAX (PATH_MAX - DAY_NAME_MAX - 8)

int32_t
day_of(int64_t ns)
{
	int64_t day = ns / NS_PER_DAY;

	return (int32_t)(ns % NS_PER_DAY < 0 ? day - 1 : day);
}

static void
day_name(int32_t day, char out[static DAY_NAME_MAX])
{
	time_t t = (time_t)day * 86400;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, DAY_NAME_MAX, "day-%Y-%m-%d.db", &tm);
}

void
day_path(const char *dir, int32_t day, char out[static PATH_MAX])
{
	char name[DAY_NAME_MAX];

	day_name(day, name);
	snprintf(out, PATH_MAX, "%s/%s", dir, name);
}

/* Returns whether 'name' is a day's file: exactly what day_name() makes. */
static bool
day_parse(const char *name, int32_t *day)
{
	struct tm tm = {0};
	char again[DAY_NAME_MAX];
	const char *end = strptime(name, "day-%Y-%m-%d.db", &tm);

	if (end == NULL || *end != '\0')
		return false;
	*day = (int32_t)(timegm(&tm) / 86400);
	day_name(*day, again);
	return strcmp(name, again) == 0;
}

int
dir_check(const char *dir, enum store_mode mode, struct err *e)
{
	struct stat st;

	if (strlen(dir) > DIR_MAX)
		return err_set(e, EX_NOINPUT, "the store's path is too long");
	if (stat(dir, &st) == -1)
		return err_sys(e, errno == EACCES ? EX_NOPERM : EX_NOINPUT,
		    "cannot open the store %s", dir);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, EX_NOINPUT, "%s is no folder", dir);
	if (access(dir, R_OK | X_OK) == -1)
		return err_sys(e, EX_NOPERM, "cannot read the store %s", dir);
	if (mode == STORE_READ && !dir_has_store(dir))
		return err_set(e, EX_NOINPUT, "no store in %s", dir);
	return 0;
}

/* The pid in the lock file, for people. */
static void
lock_owner(int fd, char *out, size_t size)
{
	ssize_t n = pread(fd, out, size - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strspn(out, "0123456789")] = '\0';
	if (*out == '\0')
		snprintf(out, size, "?");
}

int
dir_lock(const char *dir, struct err *e)
{
	char path[PATH_MAX], pid[16];
	int fd, len;

	snprintf(path, sizeof(path), "%s/lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd == -1)
		return err_sys(e,
		    errno == EACCES   ? EX_NOPERM
		    : errno == ENOSPC ? EX_TEMPFAIL
				      : EX_CANTCREAT,
		    "cannot write to the store %s", dir);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		lock_owner(fd, pid, sizeof(pid));
		err_set(e, EX_TEMPFAIL, "%s is in use: process %s writes to it",
		    dir, pid);
		close(fd);
		return -1;
	}
	/* The lock holds without the number, which is for people. */
	len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == -1 || pwrite(fd, pid, (size_t)len, 0) != len)
		log_warn_sys("store", "cannot write %s", path);
	return fd;
}

struct day_entry *
days_add(struct days *d, int32_t day)
{
	struct day_entry *more;
	size_t i = d->n;

	while (i > 0 && d->at[i - 1].number >= day)
		if (d->at[--i].number == day)
			return &d->at[i];
	more = reallocarray(d->at, d->n + 1, sizeof(*more));
	if (more == NULL)
		return NULL;
	d->at = more;
	memmove(more + i + 1, more + i, (d->n++ - i) * sizeof(*more));
	more[i] = (struct day_entry){.number = day};
	return &more[i];
}

void
days_remove(struct days *d, size_t i)
{
	d->n--;
	memmove(d->at + i, d->at + i + 1, (d->n - i) * sizeof(*d->at));
}

void
days_fini(struct days *d)
{
	free(d->at);
	*d = (struct days){0};
}

int
dir_days(const char *dir, struct days *out, struct err *e)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int32_t day;

	*out = (struct days){0};
	if (d == NULL)
		return err_sys(e, errno == EACCES ? EX_NOPERM : EX_NOINPUT,
		    "cannot read the store %s", dir);
	while ((entry = readdir(d)) != NULL) {
		if (!day_parse(entry->d_name, &day))
			continue;
		if (days_add(out, day) == NULL) {
			days_fini(out);
			closedir(d);
			return err_set(e, EX_OSERR, "out of memory");
		}
	}
	closedir(d);
	return 0;
}

bool
dir_has_store(const char *dir)
{
	char path[PATH_MAX];
	struct days days;
	bool any;

	snprintf(path, sizeof(path), "%s/state.db", dir);
	if (access(path, F_OK) == 0)
		return true;
	if (dir_days(dir, &days, NULL) == -1)
		return false;
	any = days.n > 0;
	days_fini(&days);
	return any;
}

void
dir_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return;
	(void)fsync(fd);
	close(fd);
}

int
dir_unlink_day(const char *dir, int32_t day, struct err *e)
{
	static const char *const ends[] = {"-wal", "-shm", "-journal", ""};
	char path[PATH_MAX], file[PATH_MAX + 16];

	day_path(dir, day, path);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		if (unlink(file) == -1 && errno != ENOENT)
			return err_sys(e,
			    errno == EACCES || errno == EPERM ? EX_NOPERM
							      : EX_IOERR,
			    "cannot remove %s", file);
	}
	return 0;
}
