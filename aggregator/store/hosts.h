/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_STORE_HOSTS_H
#define AGGREGATOR_STORE_HOSTS_H

#include "common/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which addresses a block may hold: a Bloom filter of 8 bits an address and
 * 7 probes, which is wrong about 2.3 % of the strangers and never denies an
 * address that is there.
 */

/* The size for 'n' addresses; at most 128 KiB for the 131,072 of a block. */
size_t hosts_bytes(size_t n);
/* 'filter': hosts_bytes(n) bytes, cleared here. */
void hosts_fill(uint8_t *filter, const struct addr *addr, size_t n);
/* A filter of no bytes says yes. */
bool hosts_may_have(const uint8_t *filter, size_t len, const struct addr *a);

#endif
