/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/chan.h"

#include "common/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES 5	  /* length, kind */
#define READ_ROUND_MAX 64 /* frames handled before others get their turn */

struct chan {
	struct loop *loop;
	struct loop_watch *watch;
	int fd;
	chan_frame_fn *frame;
	chan_end_fn *end;
	void (*drained)(void *arg);
	void *arg;
	uint8_t *in; /* HEAD_BYTES + CHAN_FRAME_MAX */
	size_t in_len;
	uint8_t *out;
	size_t out_start, out_len, out_size;
	bool dead;
};

static void
put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void
die(struct chan *c, const char *why)
{
	if (c->dead)
		return;
	c->dead = true;
	loop_unwatch(c->loop, c->watch);
	c->watch = NULL;
	c->end(c->arg, why);
}

static void
flush(struct chan *c)
{
	while (c->out_len > 0) {
		ssize_t n = send(c->fd, c->out + c->out_start, c->out_len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN) {
			die(c, strerror(errno));
			return;
		}
		if (n == -1)
			break;
		c->out_start += (size_t)n;
		c->out_len -= (size_t)n;
	}
	loop_want_write(c->watch, c->out_len > 0);
	if (c->out_len == 0) {
		c->out_start = 0;
		if (c->drained != NULL)
			c->drained(c->arg);
	}
}

/* Tell of the whole frames in c->in. */
static void
tell_frames(struct chan *c)
{
	size_t at = 0;

	while (!c->dead && c->in_len - at >= HEAD_BYTES) {
		uint32_t len = get_u32(c->in + at);

		if (len == 0 || len > CHAN_FRAME_MAX) {
			die(c, "a frame of an impossible length");
			break;
		}
		if (c->in_len - at < 4 + (size_t)len)
			break;
		c->frame(
		    c->arg, c->in[at + 4], c->in + at + HEAD_BYTES, len - 1);
		at += 4 + (size_t)len;
	}
	memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
}

static void
on_ready(void *arg)
{
	struct chan *c = arg;
	ssize_t n = 0;

	if (c->out_len > 0)
		flush(c);
	for (int i = 0; i < READ_ROUND_MAX && !c->dead; i++) {
		n = recv(c->fd, c->in + c->in_len,
		    4 + CHAN_FRAME_MAX + HEAD_BYTES - c->in_len, MSG_DONTWAIT);
		if (n <= 0)
			break;
		c->in_len += (size_t)n;
		tell_frames(c);
	}
	if (c->dead || n > 0)
		return;
	if (n == 0)
		die(c, "closed");
	else if (errno != EAGAIN && errno != EINTR)
		die(c, strerror(errno));
}

struct chan *
chan_open(
    struct loop *l, int fd, chan_frame_fn *frame, chan_end_fn *end, void *arg)
{
	struct chan *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		close(fd);
		return NULL;
	}
	*c = (struct chan){
	    .loop = l, .fd = fd, .frame = frame, .end = end, .arg = arg};
	c->in = malloc(4 + CHAN_FRAME_MAX + HEAD_BYTES);
	c->watch = loop_fd(l, fd, on_ready, c);
	if (c->in == NULL || c->watch == NULL) {
		chan_close(c);
		return NULL;
	}
	return c;
}

void
chan_close(struct chan *c)
{
	int saved = errno;

	if (c == NULL)
		return;
	loop_unwatch(c->loop, c->watch);
	close(c->fd);
	free(c->in);
	free(c->out);
	free(c);
	errno = saved;
}

static int
make_room(struct chan *c, size_t need)
{
	size_t size = c->out_size == 0 ? 65536 : c->out_size;
	uint8_t *more;

	if (c->out_len + need > CHAN_QUEUE_MAX)
		return -1;
	if (c->out_start > 0) {
		memmove(c->out, c->out + c->out_start, c->out_len);
		c->out_start = 0;
	}
	while (size < c->out_len + need)
		size *= 2;
	if (size == c->out_size)
		return 0;
	more = realloc(c->out, size);
	if (more == NULL)
		return -1;
	c->out = more;
	c->out_size = size;
	return 0;
}

int
chan_send(struct chan *c, uint8_t kind, const struct iovec *part, size_t n)
{
	size_t len = 1, at;
	bool was_empty = c->out_len == 0;

	for (size_t i = 0; i < n; i++)
		len += part[i].iov_len;
	if (c->dead || len > CHAN_FRAME_MAX)
		return -1;
	if (c->out_start + c->out_len + 4 + len > c->out_size &&
	    make_room(c, 4 + len) == -1)
		return -1;
	at = c->out_start + c->out_len;
	put_u32(c->out + at, (uint32_t)len);
	c->out[at + 4] = kind;
	at += HEAD_BYTES;
	for (size_t i = 0; i < n; i++) {
		if (part[i].iov_len == 0)
			continue;
		memcpy(c->out + at, part[i].iov_base, part[i].iov_len);
		at += part[i].iov_len;
	}
	c->out_len += 4 + len;
	/* What does not fit now goes when the loop says so. */
	if (was_empty)
		loop_want_write(c->watch, true);
	return 0;
}

size_t
chan_queued(const struct chan *c)
{
	return c->out_len;
}

void
chan_on_drained(struct chan *c, void (*fn)(void *arg))
{
	c->drained = fn;
}
