/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/dossier_file.h"
#include "common/err.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define FOLDER "cases"
#define ENDING ".json"

/* --- the folder --- */

static int
cannot(const char *what, struct err *e)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		return err_sys(e, EX_NOINPUT, "%.200s", what);
	case EACCES:
	case EPERM:
		return err_sys(e, EX_NOPERM, "%.200s", what);
	default:
		return err_sys(e, EX_CANTCREAT, "%.200s", what);
	}
}

/* Returns the folder, or -1 with 'e'.  It is no link to elsewhere. */
static int
open_folder(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1)
		return cannot(path, e);
	return fd;
}

/* A name beside the store. */
static int
open_beside(struct dossier_file *f, const char *store, const char *name,
    bool make, struct err *e)
{
	char path[PATH_MAX];

	if (dossier_check_name("case", name, e) == -1)
		return -1;
	snprintf(f->name, sizeof(f->name), "%s%s", name, ENDING);
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", store, FOLDER) >=
	    sizeof(path))
		return err_set(e, EX_USAGE, "the store's path is too long");
	if (make && mkdir(path, 0770) == -1 && errno != EEXIST)
		return cannot(path, e);
	if (access(path, F_OK) == -1 && errno == ENOENT)
		return err_set(e, EX_NOINPUT, "there is no case '%s'", name);
	f->dir = open_folder(path, e);
	return f->dir == -1 ? -1 : 0;
}

static int
open_path(struct dossier_file *f, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	if (slash[1] == '\0' || strlen(slash + 1) >= sizeof(f->name) ||
	    (size_t)(slash - path) >= sizeof(folder) - 1)
		return err_set(e, EX_USAGE, "'%.200s' names no file", path);
	snprintf(folder, sizeof(folder), "%.*s",
	    slash == path ? 1 : (int)(slash - path), path);
	strcpy(f->name, slash + 1);
	f->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return f->dir == -1 ? cannot(folder, e) : 0;
}

int
dossier_file_open(struct dossier_file *f, const char *store, const char *which,
    bool make, struct err *e)
{
	int rc;

	*f = (struct dossier_file){.dir = -1};
	rc = strchr(which, '/') != NULL ? open_path(f, which, e)
					: open_beside(f, store, which, make, e);
	if (rc == 0 && flock(f->dir, make ? LOCK_EX : LOCK_SH) == -1) {
		err_sys(e, EX_OSERR, "flock");
		dossier_file_close(f);
		return -1;
	}
	return rc;
}

void
dossier_file_close(struct dossier_file *f)
{
	if (f->dir != -1)
		close(f->dir);
	f->dir = -1;
}

bool
dossier_file_exists(const struct dossier_file *f)
{
	struct stat st;

	return fstatat(f->dir, f->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* --- reading --- */

static json_t *
load(FILE *from, const char *name, struct err *e)
{
	json_error_t why;
	json_t *root;
	struct stat st;

	if (fstat(fileno(from), &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size > DOSSIER_BYTES_MAX) {
		err_set(e, EX_DATAERR, "%.200s is no file of at most %d bytes",
		    name, DOSSIER_BYTES_MAX);
		return NULL;
	}
	root = json_loadf(from, JSON_REJECT_DUPLICATES, &why);
	if (root == NULL)
		err_set(e, EX_DATAERR, "%.100s line %d: no JSON: %.100s", name,
		    why.line, why.text);
	return root;
}

struct dossier *
dossier_file_read(const struct dossier_file *f, struct err *e)
{
	int fd = openat(
	    f->dir, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	FILE *from = fd == -1 ? NULL : fdopen(fd, "r");
	struct dossier *d = NULL;
	json_t *root;

	if (from == NULL && fd == -1 && errno == ENOENT)
		err_set(e, EX_NOINPUT, "there is no case '%.*s'",
		    (int)strcspn(f->name, "."), f->name);
	else if (from == NULL)
		cannot(f->name, e);
	if (from == NULL) {
		if (fd != -1)
			close(fd);
		return NULL;
	}
	root = load(from, f->name, e);
	fclose(from);
	if (root == NULL)
		return NULL;
	d = dossier_from_json(root, e);
	json_decref(root);
	if (d == NULL)
		err_within(e, "%.100s", f->name);
	return d;
}

/* --- writing --- */

/* Returns 0, or -1 with errno. */
static int
write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
	return 0;
}

/* Text as 'name' beside its place, then in it.  The lock makes the name ours;
 * what a crash left there is in nobody's use. */
static int
put_text(const struct dossier_file *f, const char *text, struct err *e)
{
	char name[sizeof(f->name) + 8];
	int fd, rc;

	snprintf(name, sizeof(name), ".%s.new", f->name);
	unlinkat(f->dir, name, 0);
	fd = openat(f->dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd == -1)
		return cannot(f->name, e);
	rc = write_all(fd, text);
	if (rc == 0)
		rc = write_all(fd, "\n");
	if (rc == 0)
		rc = fsync(fd);
	if (rc == 0)
		rc = renameat(f->dir, name, f->dir, f->name);
	if (rc == -1) {
		err_sys(e, EX_IOERR, "%.200s", f->name);
		unlinkat(f->dir, name, 0);
	}
	close(fd);
	fsync(f->dir);
	return rc;
}

int
dossier_file_write(
    const struct dossier_file *f, const struct dossier *d, struct err *e)
{
	json_t *root = dossier_to_json(d, e);
	char *text;
	int rc;

	if (root == NULL)
		return -1;
	text = json_dumps(root, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	json_decref(root);
	if (text == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	rc = put_text(f, text, e);
	free(text);
	return rc;
}

int
dossier_file_remove(const struct dossier_file *f, struct err *e)
{
	if (unlinkat(f->dir, f->name, 0) == -1)
		return cannot(f->name, e);
	fsync(f->dir);
	return 0;
}

/* --- all --- */

static int
is_case(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), end = strlen(ENDING);

	return len > end && entry->d_name[0] != '.' &&
	       strcmp(entry->d_name + len - end, ENDING) == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
dossier_names(const char *store, dossier_name_fn *fn, void *arg, struct err *e)
{
	struct dirent **list;
	char path[PATH_MAX];
	int n, rc = 0;

	snprintf(path, sizeof(path), "%s/%s", store, FOLDER);
	n = scandir(path, &list, is_case, by_name);
	if (n == -1)
		return errno == ENOENT ? 0 : cannot(path, e);
	for (int i = 0; i < n; i++) {
		char name[DOSSIER_NAME_MAX];
		size_t len = strlen(list[i]->d_name) - strlen(ENDING);

		snprintf(name, sizeof(name), "%.*s", (int)len, list[i]->d_name);
		if (rc == 0 && len < sizeof(name) &&
		    dossier_check_name("case", name, NULL) == 0)
			rc = fn(arg, name, e);
		free(list[i]);
	}
	free(list);
	return rc;
}
