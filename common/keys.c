/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/keys.h"

#include "common/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define DIGITS ((size_t)2 * KEY_BYTES)
/* 64 digits and the blanks at their end that an editor may leave. */
#define FILE_MAX 128

void
key_make(struct key_pair *out)
{
	/* Without randomness there is no key that is worth its name. */
	if (sodium_init() == -1)
		abort();
	crypto_box_keypair(out->public.b, out->secret.b);
}

void
key_public(const struct key *secret, struct key *out)
{
	crypto_scalarmult_base(out->b, secret->b);
}

int
key_parse(const char *text, struct key *out)
{
	size_t len;

	if (strnlen(text, DIGITS + 1) != DIGITS)
		return -1;
	if (sodium_hex2bin(out->b, KEY_BYTES, text, DIGITS, NULL, &len, NULL) !=
		0 ||
	    len != KEY_BYTES)
		return -1;
	return 0;
}

const char *
key_format(const struct key *k, char out[static KEY_TEXT_MAX])
{
	return sodium_bin2hex(out, KEY_TEXT_MAX, k->b, KEY_BYTES);
}

bool
key_eq(const struct key *a, const struct key *b)
{
	return sodium_memcmp(a->b, b->b, KEY_BYTES) == 0;
}

bool
key_is_zero(const struct key *k)
{
	return sodium_is_zero(k->b, KEY_BYTES) == 1;
}

void
key_wipe(struct key_pair *k)
{
	sodium_memzero(k, sizeof(*k));
}

static int
write_durably(int fd, const void *buf, size_t len)
{
	ssize_t n = write(fd, buf, len);

	if (n != -1 && (size_t)n != len)
		errno = ENOSPC;
	return n == (ssize_t)len && fsync(fd) == 0 ? 0 : -1;
}

/*
 * Write 'k' to a new file beside 'path', whose name is left in 'temp' (PATH_MAX
 * bytes; "" when there is none).  Returns 0, or -1 with errno.
 */
static int
write_temp(const char *path, const struct key *k, mode_t mode, char *temp)
{
	char line[KEY_TEXT_MAX];
	int fd, rc, saved;

	temp[0] = '\0';
	if (snprintf(temp, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX) {
		temp[0] = '\0';
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd == -1) {
		temp[0] = '\0';
		return -1;
	}
	key_format(k, line);
	line[DIGITS] = '\n';
	rc = fchmod(fd, mode);
	if (rc == 0)
		rc = write_durably(fd, line, DIGITS + 1);
	saved = errno;
	close(fd);
	sodium_memzero(line, sizeof(line));
	errno = saved;
	return rc;
}

/* Make what was linked into the folder of 'path' durable. */
static void
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	int fd;

	if (slash != NULL)
		snprintf(folder, sizeof(folder), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	fsync(fd);
	close(fd);
}

static int
cannot_create(const char *path, struct err *e)
{
	if (errno == EEXIST)
		return err_set(e, EX_CANTCREAT,
		    "key file '%s' exists already; nothing was changed", path);
	return err_sys(e, EX_CANTCREAT, "cannot make key file '%s'", path);
}

/* link() never replaces a file, and both appear with all their bytes; the
 * secret last, so that where it is the pair is whole. */
static int
link_both(const char *path, const char *temp, const char *pub,
    const char *pub_temp, struct err *e)
{
	if (link(pub_temp, pub) == -1)
		return cannot_create(pub, e);
	if (link(temp, path) == -1) {
		cannot_create(path, e);
		unlink(pub);
		return -1;
	}
	sync_folder(path);
	return 0;
}

int
key_create(const char *path, struct key *public, struct err *e)
{
	char pub[PATH_MAX], temp[PATH_MAX] = "", pub_temp[PATH_MAX] = "";
	struct key_pair pair;
	struct stat st;
	int rc;

	if (snprintf(pub, sizeof(pub), "%s.pub", path) >= (int)sizeof(pub)) {
		errno = ENAMETOOLONG;
		return cannot_create(path, e);
	}
	/* link_both() would find out too; this keeps the folder untouched. */
	errno = EEXIST;
	if (lstat(path, &st) == 0)
		return cannot_create(path, e);
	key_make(&pair);
	rc = write_temp(path, &pair.secret, 0600, temp);
	if (rc == -1)
		cannot_create(path, e);
	else if ((rc = write_temp(pub, &pair.public, 0644, pub_temp)) == -1)
		cannot_create(pub, e);
	else
		rc = link_both(path, temp, pub, pub_temp, e);
	if (temp[0] != '\0')
		unlink(temp);
	if (pub_temp[0] != '\0')
		unlink(pub_temp);
	*public = pair.public;
	key_wipe(&pair);
	return rc;
}

static int
check_guarded(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(e, EX_IOERR, "cannot look at '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(
		    e, EX_CONFIG, "key file '%s' is no regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, EX_NOPERM,
		    "key file '%s' belongs to uid %u, who could replace it; "
		    "type: chown root '%s'",
		    path, (unsigned int)st.st_uid, path);
	if ((st.st_mode & 077) != 0)
		return err_set(e, EX_NOPERM,
		    "key file '%s' is open to others (mode %04o); type: chmod "
		    "600 '%s'",
		    path, (unsigned int)st.st_mode & 07777, path);
	return 0;
}

/* The digits of the file as one line.  Returns 0 or -1 with 'e'. */
static int
read_line(int fd, const char *path, char line[static FILE_MAX], struct err *e)
{
	ssize_t n = read(fd, line, FILE_MAX - 1);

	if (n == -1)
		return err_sys(e, EX_IOERR, "cannot read '%s'", path);
	line[n] = '\0';
	line[strcspn(line, " \t\r\n")] = '\0';
	return 0;
}

int
key_load(const char *path, struct key_pair *out, struct err *e)
{
	char line[FILE_MAX];
	/* A pipe must not make us wait before fstat() can say what it is. */
	int rc, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd == -1)
		return err_sys(e,
		    errno == EACCES || errno == EPERM ? EX_NOPERM : EX_NOINPUT,
		    "cannot open key file '%s'", path);
	rc = check_guarded(fd, path, e);
	if (rc == 0)
		rc = read_line(fd, path, line, e);
	close(fd);
	if (rc == -1)
		return -1;
	if (key_parse(line, &out->secret) == -1 || key_is_zero(&out->secret))
		rc = err_set(e, EX_CONFIG,
		    "key file '%s' does not hold a secret key of 64 hex digits",
		    path);
	else
		key_public(&out->secret, &out->public);
	sodium_memzero(line, sizeof(line));
	return rc;
}
