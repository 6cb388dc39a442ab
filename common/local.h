/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_LOCAL_H
#define COMMON_LOCAL_H

#include <sys/un.h>

struct err;

/*
 * A unix socket's path as an address, whatever its length: one that does not
 * fit is named through its folder, which stays open in '*dir' (else -1) for
 * as long as 'out' is used; the caller closes it.  Returns 0; -1 with 'e'.
 */
int local_address(
    const char *path, struct sockaddr_un *out, int *dir, struct err *e);

#endif
