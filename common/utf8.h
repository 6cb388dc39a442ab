/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>

/* How many bytes of 's', at most 'max', are whole characters of UTF-8; what is
 * none ends it.  For cutting texts that will be JSON. */
size_t utf8_fit(const char *s, size_t max);

#endif
