/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/child.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/priv.h"
#include "common/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define BACKOFF_FIRST_NS (100 * NS_PER_MS)
#define BACKOFF_MOST_NS (5 * NS_PER_SEC)
#define STEADY_NS (30 * NS_PER_SEC) /* lived so long: back-off starts anew */

struct child {
	struct child_options o;
	struct loop *loop;
	struct chan *chan;
	struct loop_timer *retry;
	pid_t pid; /* 0: none */
	int64_t started_ns, backoff_ns;
};

/* In the new process.  Only returns when it could not become the program. */
static void
become_child(const struct child_options *o, int fd)
{
	char role[16];
	char *argv[] = {
	    (char[]){"synhive-aggregator"}, (char[]){"--child"}, role, NULL};
	sigset_t none;

	strncpy(role, o->role, sizeof(role) - 1);
	role[sizeof(role) - 1] = '\0';
	/* The end of the core is the end of its children. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (fd == PROC_FD)
		fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, PROC_FD) == -1)
		return;
#ifndef __SANITIZE_ADDRESS__ /* whose shadow alone is terabytes */
	if (priv_limit_memory(o->memory, NULL) == -1)
		return;
#endif
	execveat(o->exe_fd, "", argv, environ, AT_EMPTY_PATH);
}

static void
on_frame(void *arg, uint8_t kind, const uint8_t *body, size_t len)
{
	struct child *c = arg;

	c->o.frame(c->o.arg, kind, body, len);
}

static void
on_end(void *arg, const char *why)
{
	struct child *c = arg;

	/* What cannot be talked to is of no use; its end brings SIGCHLD. */
	log_debug("core", "%s: channel %s", c->o.role, why);
	child_kill(c);
}

static int
spawn(struct child *c, struct err *e)
{
	int fd[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == -1)
		return err_sys(e, EX_OSERR, "cannot make a channel");
	pid = fork();
	if (pid == -1) {
		close(fd[0]);
		close(fd[1]);
		return err_sys(e, EX_OSERR, "cannot start %s", c->o.role);
	}
	if (pid == 0) {
		become_child(&c->o, fd[1]);
		_exit(EX_OSERR);
	}
	close(fd[1]);
	c->pid = pid;
	c->started_ns = clock_mono_ns();
	c->chan = chan_open(c->loop, fd[0], on_frame, on_end, c);
	if (c->chan == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	c->o.started(c->o.arg, c->chan);
	return 0;
}

static void
start_again(void *arg)
{
	struct child *c = arg;
	struct err e;

	if (spawn(c, &e) == 0)
		return;
	log_warn("core", "%s", e.text);
	loop_timer_in(c->retry, BACKOFF_MOST_NS, false);
}

struct child *
child_open(struct loop *l, const struct child_options *o, struct err *e)
{
	struct child *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	c->o = *o;
	c->loop = l;
	c->backoff_ns = BACKOFF_FIRST_NS;
	c->retry = loop_timer(l, start_again, c);
	if (c->retry == NULL)
		err_set(e, EX_OSERR, "out of memory");
	if (c->retry == NULL || spawn(c, e) == -1) {
		child_close(c);
		return NULL;
	}
	return c;
}

void
child_close(struct child *c)
{
	if (c == NULL)
		return;
	chan_close(c->chan);
	loop_timer_free(c->loop, c->retry);
	if (c->pid != 0) {
		kill(c->pid, SIGTERM);
		while (waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	free(c);
}

struct chan *
child_chan(struct child *c)
{
	return c == NULL ? NULL : c->chan;
}

void
child_kill(struct child *c)
{
	if (c->pid != 0)
		kill(c->pid, SIGKILL);
}

bool
child_reaped(struct child *c, pid_t pid, int status)
{
	if (c == NULL || c->pid != pid)
		return false;
	c->pid = 0;
	chan_close(c->chan);
	c->chan = NULL;
	if (clock_mono_ns() - c->started_ns > STEADY_NS)
		c->backoff_ns = BACKOFF_FIRST_NS;
	if (WIFSIGNALED(status))
		log_warn("core", "%s was ended by signal %d; starting it again",
		    c->o.role, WTERMSIG(status));
	else
		log_warn("core", "%s ended with status %d; starting it again",
		    c->o.role, WEXITSTATUS(status));
	loop_timer_in(c->retry, c->backoff_ns, false);
	c->backoff_ns *= 2;
	if (c->backoff_ns > BACKOFF_MOST_NS)
		c->backoff_ns = BACKOFF_MOST_NS;
	c->o.gone(c->o.arg);
	return true;
}
