/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CONTROL_H
#define AGGREGATOR_CONTROL_H

#include "common/alert.h"

#include <stddef.h>
#include <sys/types.h>

struct control;
struct err;
struct loop;

/*
 * The control socket: a unix stream socket for the daemon's user and group,
 * mode 0660.  A client sends one line, gets one line, and is hung up on; see
 * common/operation.h.  Who it is the kernel says, not the client.
 */
#define CONTROL_CLIENTS_MAX 16		    /* more wait */
#define CONTROL_TIMEOUT_NS (5 * NS_PER_SEC) /* for the whole line */

struct control_peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	char user[USER_NAME_MAX]; /* /etc/passwd's name of 'uid', or digits */
};

/*
 * A request, without its newline, borrowed.  Returns the reply with its
 * newline, which is freed; NULL: none.
 */
typedef char *control_fn(
    void *arg, const struct control_peer *who, const char *line, size_t len);

/*
 * A socket that nobody listens to any more is replaced.  Returns NULL with
 * 'e' when it cannot be made.
 */
struct control *control_open(
    struct loop *l, const char *path, control_fn *fn, void *arg, struct err *e);
/* Removes the socket. */
void control_close(struct control *c);

#endif
