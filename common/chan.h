/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_CHAN_H
#define COMMON_CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct chan;
struct loop;

/*
 * Length-delimited frames between two processes over a stream socket: four
 * bytes of length (little-endian, of what follows), one byte of kind, the
 * body.  Used on a loop; never blocks.  The callbacks may send, and must not
 * close the channel.
 */
#define CHAN_FRAME_MAX (256 * 1024)
#define CHAN_QUEUE_MAX (8 * 1024 * 1024) /* written by us, not yet sent */

/* One frame came; 'body' is borrowed during the call. */
typedef void chan_frame_fn(
    void *arg, uint8_t kind, const uint8_t *body, size_t len);
/* The other end is gone, or sent what is no frame.  Nothing more is told,
 * sending fails; chan_close() is still to be called, later. */
typedef void chan_end_fn(void *arg, const char *why);

/* 'fd' belongs to the channel from now on, also on failure (NULL). */
struct chan *chan_open(
    struct loop *l, int fd, chan_frame_fn *frame, chan_end_fn *end, void *arg);
void chan_close(struct chan *c);

/*
 * Queue a frame made of 'n' parts, copied.  Returns 0; -1 when the queue is
 * full or the channel dead (nothing was queued).
 */
int chan_send(struct chan *c, uint8_t kind, const struct iovec *part, size_t n);

/* Bytes queued.  A careful sender stops well before CHAN_QUEUE_MAX. */
size_t chan_queued(const struct chan *c);

/* Called whenever the queue has run empty. */
void chan_on_drained(struct chan *c, void (*fn)(void *arg));

#endif
