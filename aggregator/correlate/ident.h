/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_IDENT_H
#define AGGREGATOR_CORRELATE_IDENT_H

#include "common/alert.h"

#include <stdint.h>

/*
 * Ids that are derived from content: the same records give the same ids.
 *
 * Two periods with more than 'quiet_ns' between them have different ids.  But
 * the first time that is known of a period must not matter: a straggler may
 * come before it, and what was told is told.  So time is cut into pieces of
 * 'quiet_ns' whose edges depend on all else that is hashed: they lie where
 * nobody chose them, and half a second of disorder meets one of them once in
 * 170,000 alerts.
 *
 * what: lines of text.  time_ns: TIME_NONE if unknown.
 */
void ident_make(const char *what, int64_t time_ns, int64_t quiet_ns,
    char out[static ID_TEXT_MAX]);

#endif
