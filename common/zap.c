/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/zap.h"

#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <zmq.h>

/*
 * Not in 4.3.4's stable header, but in its library: without it a domain
 * whose handler is missing lets everybody in.
 */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define FRAME_MAX 256 /* the longest of a request is an address */
#define ROUND_MAX 32

/* RFC 27, "The ZAP Request". */
enum request_frame {
	FRAME_VERSION,
	FRAME_ID,
	FRAME_DOMAIN,
	FRAME_ADDRESS,
	FRAME_IDENTITY,
	FRAME_MECHANISM,
	FRAME_KEY,
	FRAMES,
};

struct frame {
	char data[FRAME_MAX + 1]; /* with a zero behind */
	size_t len;
};

struct zap {
	struct loop *loop;
	struct loop_watch *watch;
	void *sock;
	zap_decide_fn *decide;
	void *arg;
};

/* Returns the number of frames of the request; 0: none is there. */
static size_t
receive(void *sock, struct frame *frame)
{
	size_t n = 0;
	int more = 1, len;
	size_t size = sizeof(more);
	char waste[FRAME_MAX];

	while (more) {
		bool fits = n < FRAMES;

		len = zmq_recv(sock, fits ? frame[n].data : waste, FRAME_MAX,
		    ZMQ_DONTWAIT);
		if (len == -1)
			return n;
		if (fits) {
			frame[n].len =
			    len > FRAME_MAX ? FRAME_MAX : (size_t)len;
			frame[n].data[frame[n].len] = '\0';
		}
		n++;
		zmq_getsockopt(sock, ZMQ_RCVMORE, &more, &size);
	}
	return n;
}

static void
reply(struct zap *z, const struct frame *id, enum zap_status status,
    const char *user)
{
	char code[4];
	const char *text = status == ZAP_OK ? "OK" : "refused";

	snprintf(code, sizeof(code), "%03d", (int)status);
	zmq_send(z->sock, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(z->sock, id->data, id->len, ZMQ_SNDMORE);
	zmq_send(z->sock, code, 3, ZMQ_SNDMORE);
	zmq_send(z->sock, text, strlen(text), ZMQ_SNDMORE);
	zmq_send(z->sock, user, strlen(user), ZMQ_SNDMORE);
	if (zmq_send(z->sock, "", 0, 0) == -1)
		log_warn_sys("auth", "cannot answer a handshake");
}

static enum zap_status
judge(struct zap *z, const struct frame *f, size_t n, const char **user)
{
	struct key key;
	struct zap_request r = {.key = &key};

	if (n != FRAMES || strcmp(f[FRAME_VERSION].data, "1.0") != 0 ||
	    strcmp(f[FRAME_MECHANISM].data, "CURVE") != 0 ||
	    f[FRAME_KEY].len != KEY_BYTES)
		return ZAP_REFUSED;
	memcpy(key.b, f[FRAME_KEY].data, KEY_BYTES);
	r.domain = f[FRAME_DOMAIN].data;
	r.address = f[FRAME_ADDRESS].data;
	return z->decide(z->arg, &r, user);
}

static void
on_request(void *arg)
{
	struct zap *z = arg;
	struct frame frame[FRAMES];
	size_t n;

	for (int i = 0; i < ROUND_MAX; i++) {
		const char *user = "";
		enum zap_status status;

		memset(frame, 0, sizeof(frame));
		n = receive(z->sock, frame);
		if (n == 0)
			return;
		status = judge(z, frame, n, &user);
		reply(
		    z, &frame[FRAME_ID], status, status == ZAP_OK ? user : "");
	}
}

struct zap *
zap_open(void *zmq_ctx, struct loop *l, zap_decide_fn *decide, void *arg,
    struct err *e)
{
	struct zap *z = calloc(1, sizeof(*z));

	if (z == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		return NULL;
	}
	*z = (struct zap){.loop = l, .decide = decide, .arg = arg};
	z->sock = zmq_socket(zmq_ctx, ZMQ_REP);
	if (z->sock == NULL || zmq_bind(z->sock, ZAP_ENDPOINT) == -1) {
		err_set(e, EX_OSERR, "cannot answer handshakes: %s",
		    zmq_strerror(errno));
		zap_close(z);
		return NULL;
	}
	z->watch = loop_zmq(l, z->sock, on_request, z);
	if (z->watch == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		zap_close(z);
		return NULL;
	}
	return z;
}

void
zap_close(struct zap *z)
{
	int saved = errno;

	if (z == NULL)
		return;
	loop_unwatch(z->loop, z->watch);
	if (z->sock != NULL)
		zmq_close(z->sock);
	free(z);
	errno = saved;
}

int
zap_guard(
    void *sock, const struct key_pair *pair, const char *domain, struct err *e)
{
	int on = 1;

	if (zmq_setsockopt(sock, ZMQ_CURVE_SERVER, &on, sizeof(on)) == -1 ||
	    zmq_setsockopt(
		sock, ZMQ_CURVE_SECRETKEY, pair->secret.b, KEY_BYTES) == -1 ||
	    zmq_setsockopt(sock, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) ==
		-1 ||
	    zmq_setsockopt(sock, ZMQ_ZAP_ENFORCE_DOMAIN, &on, sizeof(on)) == -1)
		return err_set(e, EX_UNAVAILABLE,
		    "this libzmq cannot guard a socket: %s",
		    zmq_strerror(errno));
	return 0;
}

bool
zap_is_ipv6(const char *endpoint)
{
	return strchr(endpoint, '[') != NULL;
}
