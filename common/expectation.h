/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_EXPECTATION_H
#define COMMON_EXPECTATION_H

#include "common/alert.h"

#include <stddef.h>
#include <stdint.h>

/* Windows that had what was expected and have not been judged; more of them
 * and the oldest is judged at once. */
#define EXPECTATION_SEEN_MAX 64

/*
 * What is known of an expectation with a schedule.
 *
 * of:     identity of what is expected and when: a change of either begins
 *         anew.
 * since:  windows that began before were not watched whole.  TIME_NONE: none
 *         was.
 * judged: windows up to this end were judged.
 * last:   the newest connection that was expected; TIME_NONE: none.
 * seen:   the starts of windows that had one, ascending.
 */
struct expectation_state {
	char name[SITE_NAME_MAX];
	char of[ID_TEXT_MAX];
	int64_t since_ns, judged_ns, last_ns;
	int64_t seen_ns[EXPECTATION_SEEN_MAX];
	size_t n_seen;
};

#endif
