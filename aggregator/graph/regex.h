/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_REGEX_H
#define AGGREGATOR_GRAPH_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct pattern;

/*
 * Regular expressions as people write them for Perl, as far as a matcher can
 * do them in bounded time and memory: POSIX extended ones, and \d \D \w \W \s
 * \S \b.  No back references, no (?...), no lazy *?; repetitions {n,m} whose
 * product is at most PATTERN_REPEAT_MAX.  The longest leftmost match counts.
 */
#define PATTERN_TEXT_MAX 200
#define PATTERN_REPEAT_MAX 256

/* Returns NULL with 'e' (EX_CONFIG) saying what is not understood. */
struct pattern *pattern_new(const char *text, bool ignore_case, struct err *e);
void pattern_free(struct pattern *p);

bool pattern_matches(const struct pattern *p, const char *s);

/* What the first group matched, copied and cut into 'out': empty when nothing
 * did.  Without any group "1" as in Perl.  Returns whether 's' matches. */
bool pattern_group(
    const struct pattern *p, const char *s, char *out, size_t size);

#endif
