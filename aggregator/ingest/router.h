/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_INGEST_ROUTER_H
#define AGGREGATOR_INGEST_ROUTER_H

#include "common/keys.h"

#include <stddef.h>
#include <stdint.h>

struct chan;
struct err;
struct loop;
struct router;

/*
 * The agents' socket.  Each message that can be decoded goes to the core with
 * the name that its key is registered for; the others are refused, counted
 * and told.  While the core does not keep up, nothing is read.
 */
struct router_options {
	void *zmq_ctx;
	struct chan *core;
	const char *endpoint, *domain;
	const struct key_pair *key;
};

struct router *router_open(
    struct loop *l, const struct router_options *o, struct err *e);
void router_close(struct router *r);

/* Where it listens, with a real port. */
void router_endpoint(const struct router *r, char *out, size_t size);

/* A message to the agent of that session, if it is still there. */
void router_send(
    struct router *r, uint64_t session, const void *buf, size_t len);

/* The core has read all: go on. */
void router_resume(struct router *r);

#endif
