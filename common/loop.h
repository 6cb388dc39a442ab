/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_LOOP_H
#define COMMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct loop;
struct loop_timer;
struct loop_watch;

/*
 * The only poll of a process: file descriptors, ZeroMQ sockets, timers,
 * signals.  In a round, timers come first, then watches as they were added.
 * A callback may add or remove anything, itself included.
 */
typedef void loop_fn(void *arg);

struct loop *loop_new(struct err *e);
void loop_free(struct loop *l);

/* Call 'fn' while 'fd' is readable (also at its end, or in error). */
struct loop_watch *loop_fd(struct loop *l, int fd, loop_fn *fn, void *arg);
/* The same for a ZeroMQ socket. */
struct loop_watch *loop_zmq(struct loop *l, void *sock, loop_fn *fn, void *arg);
/* Also wait until it is writable; 'fn' is called for either. */
void loop_want_write(struct loop_watch *w, bool on);
/* Not called while paused. */
void loop_pause(struct loop_watch *w, bool on);
void loop_unwatch(struct loop *l, struct loop_watch *w); /* NULL: nothing */

/* One timer, off until it is set. */
struct loop_timer *loop_timer(struct loop *l, loop_fn *fn, void *arg);
/* Fire once at 'at_ns' of the monotonic clock; replaces what was set. */
void loop_timer_at(struct loop_timer *t, int64_t at_ns);
/* ... 'ns' from now, and so on if 'repeat'. */
void loop_timer_in(struct loop_timer *t, int64_t ns, bool repeat);
void loop_timer_off(struct loop_timer *t);
bool loop_timer_on(const struct loop_timer *t);
void loop_timer_free(struct loop *l, struct loop_timer *t); /* NULL: nothing */

/* Block 'signo' and call 'fn' from the loop instead. */
int loop_signal(
    struct loop *l, int signo, loop_fn *fn, void *arg, struct err *e);

/* Run until loop_stop().  Returns 0, or -1 with 'e' when polling fails. */
int loop_run(struct loop *l, struct err *e);
void loop_stop(struct loop *l);

/* One round that waits 'timeout_ns' at most; for tests.  Returns 0 or -1. */
int loop_once(struct loop *l, int64_t timeout_ns, struct err *e);

#endif
