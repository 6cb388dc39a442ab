/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_INGEST_SELFTEST_H
#define AGGREGATOR_INGEST_SELFTEST_H

#include "common/keys.h"

struct err;
struct loop;
struct selftest;

/*
 * Proves again and again that a stranger is refused: connects to 'endpoint'
 * with a throw-away key and expects the handshake to fail.
 *
 * first: called when the first proof is there; broken: called when the key
 * was let in, or nobody answered in time.
 */
struct selftest_callbacks {
	void (*first)(void *arg);
	void (*broken)(void *arg, const char *why);
	void *arg;
};

struct selftest *selftest_open(void *zmq_ctx, struct loop *l,
    const char *endpoint, const struct key *server_key,
    const struct selftest_callbacks *cb, struct err *e);
void selftest_close(struct selftest *t);

/* The key in use: its refusal is not worth a line in the log. */
const struct key *selftest_key(const struct selftest *t);

#endif
