/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/priv.h"

#include "common/err.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

int
priv_lookup(const char *user, struct priv_user *out, struct err *e)
{
	const struct passwd *pw;

	*out = (struct priv_user){.uid = geteuid(), .gid = getegid()};
	if (geteuid() != 0)
		return 0;
	errno = 0;
	pw = getpwnam(user);
	if (pw == NULL)
		return err_set(e, EX_NOUSER,
		    "user \"%s\" does not exist: create it, or name another "
		    "with the key \"user\"",
		    user);
	snprintf(out->name, sizeof(out->name), "%s", user);
	out->uid = pw->pw_uid;
	out->gid = pw->pw_gid;
	return 0;
}

static int
become(const struct priv_user *u, struct err *e)
{
	if (geteuid() != 0 || u->uid == 0)
		return 0;
	if (initgroups(u->name, u->gid) == -1 ||
	    setresgid(u->gid, u->gid, u->gid) == -1 ||
	    setresuid(u->uid, u->uid, u->uid) == -1)
		return err_sys(e, EX_NOPERM, "cannot become \"%s\"", u->name);
	return 0;
}

int
priv_drop(const struct priv_user *u, struct err *e)
{
	struct rlimit none = {0, 0};

	/* The bounding set first: it needs a capability itself.  Without one
	 * there is nothing to bound. */
	capng_clear(CAPNG_SELECT_ALL);
	if (geteuid() == 0 && capng_apply(CAPNG_SELECT_BOUNDS) != 0 &&
	    errno != EPERM)
		return err_sys(e, EX_NOPERM, "cannot bound capabilities");
	if (become(u, e) == -1)
		return -1;
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return err_set(e, EX_NOPERM, "cannot drop capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		return err_sys(e, EX_NOPERM, "cannot lock the process down");
	if (u->uid != 0 && geteuid() != u->uid)
		return err_set(e, EX_NOPERM, "still uid %d", (int)geteuid());
	if (u->uid != 0 && setuid(0) == 0)
		return err_set(e, EX_NOPERM, "could become root again");
	return 0;
}

int
priv_make_dir(const char *path, const struct priv_user *u, struct err *e)
{
	if (mkdir(path, 0750) == -1) {
		if (errno == EEXIST)
			return 0;
		return err_sys(
		    e, EX_CANTCREAT, "cannot make the folder %s", path);
	}
	if (geteuid() == 0 && chown(path, u->uid, u->gid) == -1)
		return err_sys(
		    e, EX_CANTCREAT, "cannot give %s to \"%s\"", path, u->name);
	return 0;
}

int
priv_limit_memory(uint64_t bytes, struct err *e)
{
	struct rlimit limit = {bytes, bytes};

	if (setrlimit(RLIMIT_DATA, &limit) == -1)
		return err_sys(e, EX_OSERR, "cannot limit memory");
	return 0;
}
