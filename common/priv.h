/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_PRIV_H
#define COMMON_PRIV_H

#include <stdint.h>
#include <sys/types.h>

struct err;

/*
 * Who a daemon will be once it is set up.  Root becomes 'user'; anybody else
 * stays who he is.  Returns 0; -1 with 'e' (EX_NOUSER: no such user).
 */
struct priv_user {
	char name[64];
	uid_t uid;
	gid_t gid;
};
int priv_lookup(const char *user, struct priv_user *out, struct err *e);

/*
 * Become that user, drop every capability, forbid new ones, forbid core dumps
 * and tracing.  What is open stays open.  Returns 0; -1 with 'e' (EX_NOPERM):
 * the process must end then, it may be anybody.
 */
int priv_drop(const struct priv_user *u, struct err *e);

/* Make 'path' a directory of that user's, mode 0750, unless it is there. */
int priv_make_dir(const char *path, const struct priv_user *u, struct err *e);

/* Bound the private memory of this process. */
int priv_limit_memory(uint64_t bytes, struct err *e);

#endif
