/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One line on stderr for the operator who did not write the code: what,
 * which, why.  The first argument of each call is the module ("link").  The
 * variants with a _sys suffix append strerror(errno).  All keep errno, and
 * replace control characters: text from the network is never trusted.
 */
void log_info(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_warn(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_warn_sys(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_error(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_debug(const char *module, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * For what strangers can cause: at most LOG_LIMIT lines a minute for each
 * 'limit' (zeroed at first), then how many were left out.
 */
#define LOG_LIMIT 20
struct log_limit {
	int64_t since_ns;
	unsigned int said, left_out;
};
void log_warn_limited(struct log_limit *limit, const char *module,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* For lines of another kind: whether one may be said now. */
bool log_allowed(struct log_limit *limit, const char *module);

/* The word every line begins with; NULL leaves it out.  Not copied. */
void log_program(const char *name);

/* Whether log_debug() says anything.  Default: no. */
void log_verbose(bool on);

#endif
