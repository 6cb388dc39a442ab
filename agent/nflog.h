/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_NFLOG_H
#define AGENT_NFLOG_H

#include "common/record.h"

#include <stddef.h>
#include <stdint.h>

struct err;
struct nflog_group;

/*
 * receive_buffer:  bytes of the socket's buffer in the kernel, whatever
 *                  net.core.rmem_max says.
 * queue_threshold: packets that the kernel gathers into one message; 1 for
 *                  what must come at once.  A rule may ask for fewer.
 * timeout_ms:      how long it gathers at most; the kernel counts in 10 ms.
 */
struct nflog_options {
	uint64_t receive_buffer;
	uint32_t queue_threshold;
	uint32_t timeout_ms;
};

/*
 * Whether 'group' could be opened: bind it and let go.  Before any rule is
 * changed, so that a second agent does not disturb the first.  Returns and
 * fails as nflog_group_open() does.
 */
int nflog_group_try(uint16_t group, struct err *e);

/*
 * Bind an NFLOG group, on a socket of its own.  Needs CAP_NET_ADMIN; reading
 * does not, so all privileges may be dropped afterwards.
 *
 * Returns NULL with 'e' set: EX_UNAVAILABLE when another process reads the
 * group (said who, where /proc tells), or the kernel has no NFLOG; EX_NOPERM;
 * EX_OSERR.
 */
struct nflog_group *nflog_group_open(
    uint16_t group, const struct nflog_options *o, struct err *e);
void nflog_group_close(struct nflog_group *g);

/* Readable when there is something to read. */
int nflog_group_fd(const struct nflog_group *g);

/*
 * Called with each packet as a record: what decode.h takes from it, the time
 * (the kernel's, for what came in; else when it was read), hook, interfaces,
 * prefix, mark, and the uid where the kernel knows it.  Strings are borrowed
 * until it returns.
 */
typedef void nflog_fn(const struct record *r, void *arg);

/*
 * Read until nothing is there or 'budget' packets came (and the rest of their
 * message).  Returns their number, 0 when there is nothing; -1 with 'e' when
 * the socket fails (EX_OSERR).
 */
long nflog_group_read(struct nflog_group *g, nflog_fn *fn, void *arg,
    size_t budget, struct err *e);

/*
 * Since it was opened.  Every packet that a rule logged to the group is in
 * exactly one of the first three, once a later packet has been received.
 *
 * received:  given to the callback.
 * undecoded: read, and no TCP packet (decode.h says what that is).
 * lost:      not delivered by the kernel: a gap in the numbers it gives.
 * pending:   an estimate of what was lost behind the last packet received:
 *            the messages that did not fit into the socket, times the packets
 *            in the largest message so far.  What a later packet shows moves
 *            from here to 'lost'.
 */
struct nflog_stats {
	uint64_t received, undecoded, lost, pending;
};
void nflog_group_stats(struct nflog_group *g, struct nflog_stats *out);

/* 'lost' alone, which costs nothing; 'pending' reads /proc. */
uint64_t nflog_group_lost(const struct nflog_group *g);

#endif
