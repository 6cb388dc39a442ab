/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/control.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/local.h"
#include "common/loop.h"
#include "common/operation.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define TICK_NS NS_PER_SEC
#define DRAIN_MAX 16 /* reads of what nobody wants */

struct client {
	struct control *control;
	int fd;
	struct loop_watch *watch; /* NULL: nobody is here */
	struct control_peer who;
	int64_t since_ns;
	size_t len;
	char line[OPERATION_LINE_MAX];
};

struct control {
	struct loop *loop;
	control_fn *fn;
	void *arg;
	char *path;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *tick;
	size_t n; /* clients */
	struct client client[CONTROL_CLIENTS_MAX];
};

/* --- clients --- */

static void
hang_up(struct client *c)
{
	/* What lies unread at a close is an error for the other end, which
	 * then may not read our reply. */
	for (int i = 0; i < DRAIN_MAX; i++)
		if (recv(c->fd, c->line, sizeof(c->line), MSG_DONTWAIT) <= 0)
			break;
	loop_unwatch(c->control->loop, c->watch);
	close(c->fd);
	c->watch = NULL;
	c->control->n--;
	loop_pause(c->control->watch, false);
	if (c->control->n == 0)
		loop_timer_off(c->control->tick);
}

/* It fits into the socket's buffer: a client that does not read holds nobody
 * up. */
static void
reply(struct client *c, const char *line)
{
	if (line != NULL)
		(void)send(
		    c->fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
refuse(struct client *c, const char *why)
{
	struct err e;
	char *line;

	err_set(&e, EX_USAGE, "%s", why);
	line = operation_format_reply(&e);
	reply(c, line);
	free(line);
	hang_up(c);
}

static void
on_client(void *arg)
{
	struct client *c = arg;
	struct control *all = c->control;
	ssize_t n = recv(
	    c->fd, c->line + c->len, sizeof(c->line) - c->len, MSG_DONTWAIT);
	char *end, *answer;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(c);
		return;
	}
	c->len += (size_t)n;
	end = memchr(c->line, '\n', c->len);
	if (end == NULL) {
		if (c->len == sizeof(c->line))
			refuse(c, "the request is too long");
		return;
	}
	answer = all->fn(all->arg, &c->who, c->line, (size_t)(end - c->line));
	reply(c, answer);
	free(answer);
	hang_up(c);
}

/* Not through NSS, which may ask the network and wait for it. */
static void
name_of(uid_t uid, char out[static USER_NAME_MAX])
{
	char room[1024];
	struct passwd entry, *found = NULL;
	FILE *f = fopen("/etc/passwd", "re");

	snprintf(out, USER_NAME_MAX, "%u", (unsigned int)uid);
	while (f != NULL &&
	       fgetpwent_r(f, &entry, room, sizeof(room), &found) == 0)
		if (entry.pw_uid == uid) {
			snprintf(out, USER_NAME_MAX, "%s", entry.pw_name);
			break;
		}
	if (f != NULL)
		fclose(f);
}

static int
identify(int fd, struct control_peer *out)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == -1)
		return -1;
	out->uid = who.uid;
	out->gid = who.gid;
	out->pid = who.pid;
	name_of(who.uid, out->user);
	return 0;
}

static struct client *
free_place(struct control *c)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->client[i].watch == NULL)
			return &c->client[i];
	return NULL;
}

/* Whoever it is, into a free place. */
static void
welcome(struct control *c, struct client *x, int fd)
{
	x->control = c;
	x->fd = fd;
	x->len = 0;
	x->since_ns = clock_mono_ns();
	if (identify(fd, &x->who) == 0)
		x->watch = loop_fd(c->loop, fd, on_client, x);
	if (x->watch == NULL)
		close(fd);
	else
		c->n++;
}

static void
on_connect(void *arg)
{
	struct control *c = arg;
	struct client *x = free_place(c);
	int fd;

	if (!loop_timer_on(c->tick))
		loop_timer_in(c->tick, TICK_NS, true);
	if (x == NULL) {
		loop_pause(c->watch, true);
		return;
	}
	fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd != -1)
		welcome(c, x, fd);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		/* Nothing to accept it with: not before a second is over. */
		loop_pause(c->watch, true);
}

static void
on_tick(void *arg)
{
	struct control *c = arg;
	int64_t now = clock_mono_ns();

	if (c->n < CONTROL_CLIENTS_MAX)
		loop_pause(c->watch, false);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->client[i].watch != NULL &&
		    now - c->client[i].since_ns > CONTROL_TIMEOUT_NS)
			refuse(&c->client[i], "the request took too long");
	if (c->n == 0)
		loop_timer_off(c->tick);
}

/* --- the socket --- */

/* Remove what a process that was killed left behind. */
static int
remove_stale(const char *path, const struct sockaddr_un *at, struct err *e)
{
	struct stat st;
	int fd, rc;

	if (lstat(path, &st) == -1)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(
		    e, EX_CANTCREAT, "%s is there and no socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = connect(fd, (const struct sockaddr *)at, sizeof(*at));
	if (rc == -1 && errno == ECONNREFUSED)
		rc = unlink(path);
	else
		rc = -1;
	close(fd);
	return rc == 0 ? 0
		       : err_set(e, EX_UNAVAILABLE,
			     "%s is another process's, or not ours", path);
}

static int
bind_as(struct control *c, const struct sockaddr_un *at, struct err *e)
{
	mode_t before;
	int rc;

	if (remove_stale(c->path, at, e) == -1)
		return -1;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd == -1)
		return err_sys(e, EX_OSERR, "cannot make a socket");
	before = umask(0117);
	rc = bind(c->fd, (const struct sockaddr *)at, sizeof(*at));
	umask(before);
	if (rc == -1 || listen(c->fd, CONTROL_CLIENTS_MAX) == -1) {
		err_sys(e, EX_CANTCREAT, "cannot make the socket %s", c->path);
		close(c->fd);
		c->fd = -1;
		return -1;
	}
	return 0;
}

static int
open_socket(struct control *c, struct err *e)
{
	struct sockaddr_un at;
	int dir, rc;

	if (local_address(c->path, &at, &dir, e) == -1)
		return -1;
	rc = bind_as(c, &at, e);
	if (dir != -1)
		close(dir);
	return rc;
}

struct control *
control_open(
    struct loop *l, const char *path, control_fn *fn, void *arg, struct err *e)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL || (c->path = strdup(path)) == NULL) {
		free(c);
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	c->loop = l;
	c->fn = fn;
	c->arg = arg;
	c->fd = -1;
	if (open_socket(c, e) == -1)
		goto fail;
	c->tick = loop_timer(l, on_tick, c);
	c->watch = loop_fd(l, c->fd, on_connect, c);
	if (c->tick != NULL && c->watch != NULL)
		return c;
	err_set(e, EX_OSERR, "out of memory");
fail:
	control_close(c);
	return NULL;
}

void
control_close(struct control *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->client[i].watch != NULL)
			hang_up(&c->client[i]);
	loop_unwatch(c->loop, c->watch);
	loop_timer_free(c->loop, c->tick);
	if (c->fd != -1) {
		unlink(c->path);
		close(c->fd);
	}
	free(c->path);
	free(c);
}
