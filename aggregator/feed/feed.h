/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FEED_FEED_H
#define AGGREGATOR_FEED_FEED_H

/*
 * The process that faces the subscribers: XPUB with CURVE and an allow-list.
 * Publishes what the core sends, and a heartbeat each second with the last
 * sequence, so that a quiet subscriber learns what it missed.
 *
 * Frames: topic; payload; 16 bytes of the publisher's run and 8 of sequence,
 * little-endian.  Serves the core on PROC_FD until that closes.  Returns an
 * exit status.
 */
int feed_main(void);

#endif
