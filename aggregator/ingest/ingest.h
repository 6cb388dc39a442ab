/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_INGEST_INGEST_H
#define AGGREGATOR_INGEST_INGEST_H

/*
 * The process that faces the agents: ROUTER with CURVE, the handshake's
 * answers, a check that each message can be decoded.  It has no store and
 * no secret but the socket's key; a peer that makes libzmq abort or fills
 * its memory costs a restart and nothing else.
 *
 * Serves the core on PROC_FD until that closes.  Returns an exit status.
 */
int ingest_main(void);

#endif
