/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_NFLOG_PROC_H
#define AGENT_NFLOG_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nflog_proc;

/*
 * The kernel's view of netlink socket 'fd' in /proc/self/net/netlink, kept
 * open so that it can be read whatever is forbidden later.  NULL: no /proc.
 */
struct nflog_proc *nflog_proc_open(int fd);
void nflog_proc_close(struct nflog_proc *p); /* NULL: nothing */

/*
 * queued_bytes: waiting to be read.  drops: messages that found no room,
 * since the socket was made.  Returns false when they cannot be read.
 */
struct nflog_socket {
	uint64_t queued_bytes, drops;
};
bool nflog_proc_read(struct nflog_proc *p, struct nflog_socket *out);

/*
 * Who has bound 'group', for a person: "port 4711 (ulogd)".  Returns false
 * when nobody has, or it cannot be read.
 */
#define NFLOG_OWNER_MAX 64
bool nflog_proc_owner(uint16_t group, char out[static NFLOG_OWNER_MAX]);

#endif
