/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_LINK_SOCKET_H
#define AGENT_LINK_SOCKET_H

#include "common/keys.h"

#include <stddef.h>
#include <stdint.h>

struct err;
struct link_socket;
struct loop;

enum link_event {
	LINK_EVENT_READY,	/* connected, keys agreed */
	LINK_EVENT_UNREACHABLE, /* libzmq goes on trying */
	LINK_EVENT_BROKEN,	/* it would not: close and open a new one */
};

struct link_socket_options {
	void *zmq_ctx; /* outlives the socket */
	const char *endpoint;
	struct key server_key;
	const struct key_pair *key; /* borrowed until closed */
	/* Both may close the socket. */
	void (*message)(void *arg, const void *buf, size_t len);
	void (*event)(void *arg, enum link_event event, const char *why);
	void *arg;
};

/* One DEALER socket with CURVE and its monitor: one life, no reconnecting
 * after it was ready.  Returns NULL with 'e'. */
struct link_socket *link_socket_open(
    struct loop *l, const struct link_socket_options *o, struct err *e);
void link_socket_close(struct link_socket *s);

/* Returns 0; -1 when it does not take more now. */
int link_socket_send(struct link_socket *s, const void *buf, size_t len);

#endif
