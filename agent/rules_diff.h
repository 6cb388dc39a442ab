/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_RULES_DIFF_H
#define AGENT_RULES_DIFF_H

#include <stdbool.h>

struct err;

/*
 * A ruleset as lines "block<TAB>line", whether nft listed it or
 * rules_text_print() wrote it: blanks, quotes of devices, counts and commands
 * outside of tables do not matter; a list over several lines is one.
 *
 * Returns the text, which the caller frees; NULL when memory is out.
 */
char *rules_flatten(const char *text);

/* Compare two such.  Returns 0 when they are the same; -1 with 'e' (EX_CONFIG)
 * naming the first line that is missing, different or too much. */
int rules_diff(const char *expected, const char *standing, struct err *e);

/*
 * Whether 'standing' becomes 'expected' by replacing rules, set elements and
 * the devices of the egress chain alone.
 */
bool rules_same_shape(const char *expected, const char *standing);

/* Whether the egress chains name the same devices; true if neither has one. */
bool rules_same_devices(const char *expected, const char *standing);

#endif
