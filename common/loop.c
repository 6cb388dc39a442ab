/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/loop.h"

#include "common/clock.h"
#include "common/err.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>
#include <zmq.h>

#define WATCHES_MAX 64 /* a process of ours has about ten */
#define SIGNALS_MAX 8

struct loop_watch {
	int fd;
	void *sock; /* ZeroMQ; NULL: fd */
	loop_fn *fn;
	void *arg;
	bool want_write, paused, gone;
};

struct loop_timer {
	struct loop_timer *next;
	loop_fn *fn;
	void *arg;
	int64_t at_ns, every_ns; /* every: 0 for once */
	bool on, gone;
};

struct loop {
	struct loop_watch *watch[WATCHES_MAX];
	size_t n;
	struct loop_timer *timers; /* unsorted: there are five */
	struct {
		int signo;
		loop_fn *fn;
		void *arg;
	} signal[SIGNALS_MAX];
	size_t n_signal;
	sigset_t mask;
	int signal_fd;
	bool stop;
};

struct loop *
loop_new(struct err *e)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	sigemptyset(&l->mask);
	l->signal_fd = -1;
	return l;
}

/* Watches and timers that were removed are freed here, between rounds, so
 * that a callback may remove whatever it likes. */
static void
bury(struct loop *l)
{
	size_t kept = 0;
	struct loop_timer **p = &l->timers;

	for (size_t i = 0; i < l->n; i++)
		if (l->watch[i]->gone)
			free(l->watch[i]);
		else
			l->watch[kept++] = l->watch[i];
	l->n = kept;
	while (*p != NULL) {
		struct loop_timer *t = *p;

		if (!t->gone) {
			p = &t->next;
			continue;
		}
		*p = t->next;
		free(t);
	}
}

void
loop_free(struct loop *l)
{
	int saved = errno;

	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		l->watch[i]->gone = true;
	for (struct loop_timer *t = l->timers; t != NULL; t = t->next)
		t->gone = true;
	bury(l);
	if (l->signal_fd != -1)
		close(l->signal_fd);
	free(l);
	errno = saved;
}

static struct loop_watch *
add_watch(struct loop *l, int fd, void *sock, loop_fn *fn, void *arg)
{
	struct loop_watch *w;

	if (l->n == WATCHES_MAX)
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	*w = (struct loop_watch){.fd = fd, .sock = sock, .fn = fn, .arg = arg};
	l->watch[l->n++] = w;
	return w;
}

struct loop_watch *
loop_fd(struct loop *l, int fd, loop_fn *fn, void *arg)
{
	return add_watch(l, fd, NULL, fn, arg);
}

struct loop_watch *
loop_zmq(struct loop *l, void *sock, loop_fn *fn, void *arg)
{
	return add_watch(l, -1, sock, fn, arg);
}

void
loop_want_write(struct loop_watch *w, bool on)
{
	w->want_write = on;
}

void
loop_pause(struct loop_watch *w, bool on)
{
	w->paused = on;
}

void
loop_unwatch(struct loop *l, struct loop_watch *w)
{
	(void)l;
	if (w != NULL)
		w->gone = true;
}

struct loop_timer *
loop_timer(struct loop *l, loop_fn *fn, void *arg)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->fn = fn;
	t->arg = arg;
	t->next = l->timers;
	l->timers = t;
	return t;
}

void
loop_timer_at(struct loop_timer *t, int64_t at_ns)
{
	t->at_ns = at_ns;
	t->every_ns = 0;
	t->on = true;
}

void
loop_timer_in(struct loop_timer *t, int64_t ns, bool repeat)
{
	loop_timer_at(t, clock_mono_ns() + ns);
	t->every_ns = repeat ? ns : 0;
}

void
loop_timer_off(struct loop_timer *t)
{
	t->on = false;
}

bool
loop_timer_on(const struct loop_timer *t)
{
	return t->on;
}

void
loop_timer_free(struct loop *l, struct loop_timer *t)
{
	(void)l;
	if (t == NULL)
		return;
	t->on = false;
	t->gone = true;
}

static void
read_signals(void *arg)
{
	struct loop *l = arg;
	struct signalfd_siginfo si;

	while (read(l->signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si))
		for (size_t i = 0; i < l->n_signal; i++)
			if ((uint32_t)l->signal[i].signo == si.ssi_signo)
				l->signal[i].fn(l->signal[i].arg);
}

int
loop_signal(struct loop *l, int signo, loop_fn *fn, void *arg, struct err *e)
{
	bool first = l->signal_fd == -1;

	if (l->n_signal == SIGNALS_MAX)
		return err_set(e, EX_SOFTWARE, "too many signals");
	sigaddset(&l->mask, signo);
	if (sigprocmask(SIG_BLOCK, &l->mask, NULL) == -1)
		return err_sys(e, EX_OSERR, "cannot block signal %d", signo);
	l->signal_fd =
	    signalfd(l->signal_fd, &l->mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (l->signal_fd == -1)
		return err_sys(e, EX_OSERR, "cannot receive signals");
	if (first && loop_fd(l, l->signal_fd, read_signals, l) == NULL)
		return err_set(e, EX_OSERR, "out of memory");
	l->signal[l->n_signal].signo = signo;
	l->signal[l->n_signal].fn = fn;
	l->signal[l->n_signal++].arg = arg;
	return 0;
}

/* Milliseconds until the next timer or 'most_ns', rounded up; -1: for ever. */
static long
poll_timeout(const struct loop *l, int64_t most_ns)
{
	int64_t now = clock_mono_ns(), wait = most_ns;

	for (const struct loop_timer *t = l->timers; t != NULL; t = t->next) {
		int64_t left = t->at_ns - now;

		if (!t->on)
			continue;
		if (left < 0)
			left = 0;
		if (wait < 0 || left < wait)
			wait = left;
	}
	return wait < 0 ? -1 : (long)((wait + NS_PER_MS - 1) / NS_PER_MS);
}

static void
run_timers(struct loop *l)
{
	int64_t now = clock_mono_ns();

	for (struct loop_timer *t = l->timers; t != NULL; t = t->next) {
		if (!t->on || t->at_ns > now)
			continue;
		if (t->every_ns == 0)
			t->on = false;
		else
			/* Rounds that were missed are not made up for. */
			t->at_ns +=
			    (1 + (now - t->at_ns) / t->every_ns) * t->every_ns;
		t->fn(t->arg);
	}
}

int
loop_once(struct loop *l, int64_t timeout_ns, struct err *e)
{
	zmq_pollitem_t item[WATCHES_MAX];
	size_t which[WATCHES_MAX], n = 0;

	bury(l);
	for (size_t i = 0; i < l->n; i++) {
		const struct loop_watch *w = l->watch[i];

		if (w->paused)
			continue;
		which[n] = i;
		item[n++] = (zmq_pollitem_t){
		    .socket = w->sock,
		    .fd = w->fd,
		    .events =
			(short)(ZMQ_POLLIN | (w->want_write ? ZMQ_POLLOUT : 0)),
		};
	}
	if (zmq_poll(item, (int)n, poll_timeout(l, timeout_ns)) == -1) {
		if (errno == EINTR)
			return 0;
		return err_sys(e, EX_OSERR, "cannot poll");
	}
	run_timers(l);
	for (size_t i = 0; i < n; i++) {
		struct loop_watch *w = l->watch[which[i]];

		if (item[i].revents != 0 && !w->gone && !w->paused)
			w->fn(w->arg);
	}
	return 0;
}

int
loop_run(struct loop *l, struct err *e)
{
	l->stop = false;
	while (!l->stop)
		if (loop_once(l, -1, e) == -1)
			return -1;
	return 0;
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
}
