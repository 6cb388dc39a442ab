/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_ZAP_H
#define COMMON_ZAP_H

#include "common/keys.h"

#include <stdbool.h>

struct err;
struct loop;
struct zap;

/*
 * The ZeroMQ authentication protocol (RFC 27) for CURVE, answered on the
 * loop that also serves the sockets it guards.
 */

/* libzmq's answers: 200 lets in, 300 makes a client try again later, 400
 * makes a libzmq client give up for good (measured with 4.3.4). */
enum zap_status {
	ZAP_OK = 200,
	ZAP_LATER = 300,
	ZAP_REFUSED = 400,
};

struct zap_request {
	const char *domain, *address; /* as text; address: where it came from */
	const struct key *key;	      /* the client's public key, proven */
};

/* Decide.  With ZAP_OK, '*user' becomes the User-Id of its messages;
 * borrowed until the next call. */
typedef enum zap_status zap_decide_fn(
    void *arg, const struct zap_request *r, const char **user);

/* One per ZeroMQ context.  Returns NULL with 'e'. */
struct zap *zap_open(void *zmq_ctx, struct loop *l, zap_decide_fn *decide,
    void *arg, struct err *e);
void zap_close(struct zap *z);

/*
 * Make 'sock' a CURVE server with 'pair' whose clients are asked about in
 * 'domain'.  Sets what must be set before zmq_bind().  Returns 0 or -1.
 */
int zap_guard(
    void *sock, const struct key_pair *pair, const char *domain, struct err *e);

/* Whether an endpoint is an IPv6 one ("tcp://[::]:1"): only then is ZMQ_IPV6
 * set, or IPv4 clients would be called "::ffff:10.0.0.1". */
bool zap_is_ipv6(const char *endpoint);

#endif
