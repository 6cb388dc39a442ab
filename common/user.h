/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_USER_H
#define COMMON_USER_H

#include <stdint.h>

/* A uid as people write it. */
enum user_found {
	USER_FOUND,
	USER_UNKNOWN, /* a name that this host does not know */
	USER_BAD,     /* neither a name nor a number */
};

/* "998", or the name of a user of this host. */
enum user_found user_uid(const char *text, uint32_t *uid);

#endif
