/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_ZAP_WATCH_H
#define COMMON_ZAP_WATCH_H

struct err;
struct loop;
struct zap_watch;

/*
 * Clients that never get as far as ZAP, because they do not speak CURVE or
 * encrypt for another server.
 *
 * why:     one word: "no-curve", "wrong-server-key"; "handshake" when it went
 *          away or fell silent, as a client without CURVE may that sees the
 *          difference before we do.
 * address: where it came from; "?" when it was gone before we looked.
 */
typedef void zap_watch_fn(void *arg, const char *why, const char *address);

/* Watch 'sock', before zmq_bind(); one per ZeroMQ context.  Returns NULL with
 * 'e'. */
struct zap_watch *zap_watch_open(void *zmq_ctx, struct loop *l, void *sock,
    zap_watch_fn *fn, void *arg, struct err *e);
/* Before 'sock' is closed.  NULL: nothing. */
void zap_watch_close(struct zap_watch *w);

#endif
