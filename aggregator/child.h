/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CHILD_H
#define AGGREGATOR_CHILD_H

#include "common/chan.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child;
struct err;
struct loop;

/*
 * A process of the aggregator that faces strangers: this program again, with
 * "--child ROLE", a bound on its memory and a channel on PROC_FD.  It may die
 * at any time and is started again, with back-off.
 */
struct child_options {
	const char *role; /* "ingest", "feed" */
	int exe_fd;	  /* this program, opened */
	uint64_t memory;  /* bytes */
	/* A fresh process: tell it what it needs. */
	void (*started)(void *arg, struct chan *c);
	void (*frame)(void *arg, uint8_t kind, const uint8_t *body, size_t len);
	/* It is gone and will be started again. */
	void (*gone)(void *arg);
	void *arg;
};

/* Returns NULL with 'e' when it cannot even be started once. */
struct child *child_open(
    struct loop *l, const struct child_options *o, struct err *e);
/* Ends the process and waits for it. */
void child_close(struct child *c);

/* NULL while there is no process, and for NULL. */
struct chan *child_chan(struct child *c);

/* End the process, which is of no use; another one is started. */
void child_kill(struct child *c);

/* A process ended (SIGCHLD): returns whether it was this one. */
bool child_reaped(struct child *c, pid_t pid, int status);

#endif
