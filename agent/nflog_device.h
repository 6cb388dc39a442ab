/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_NFLOG_DEVICE_H
#define AGENT_NFLOG_DEVICE_H

#include "common/decode.h"

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

/* A host with this many devices in use at a time is rare; with more, some are
 * looked up twice.  A power of two. */
#define NFLOG_DEVICES 64

/* A device by its index; names may change, so they are asked for again. */
struct nflog_device {
	uint32_t index; /* 0: empty */
	enum decode_link link;
	int64_t looked_up_ns;
	char name[IF_NAMESIZE];
};

/* Zeroed: empty. */
struct nflog_devices {
	struct nflog_device device[NFLOG_DEVICES];
};

/*
 * What is known of device 'index', asked over any socket 'fd' when that is
 * not known, or from long before 'now_ns'.  NULL: there is none (any more).
 * Borrowed until the next call with the same 'd'.
 */
const struct nflog_device *nflog_device_get(
    struct nflog_devices *d, int fd, uint32_t index, int64_t now_ns);

#endif
