/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_HOST_H
#define COMMON_HOST_H

#include "common/addr.h"
#include "common/wire.h"

#include <stddef.h>

/* The kernel's boot id; all zero where /proc does not tell. */
void host_boot_id(struct run_id *out);

/*
 * The addresses of this host's devices, without loopback and link-local ones:
 * at most 'max' into 'out'.  Returns their number.
 */
size_t host_addresses(struct addr *out, size_t max);

#endif
