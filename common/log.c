/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/log.h"

#include "common/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_ 1024

static const char *program;
static bool verbose;

static void
make_printable(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

__attribute__((format(printf, 4, 0))) static void
emit(const char *level, const char *module, bool sys, const char *fmt,
    va_list ap)
{
	int saved = errno;
	char line[LINE_MAX_];
	size_t n = 0;

	if (program != NULL)
		n = (size_t)snprintf(line, sizeof(line), "%s: ", program);
	n += (size_t)snprintf(
	    line + n, sizeof(line) - n, "%s%s: ", level, module);
	vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	n = strlen(line);
	if (sys)
		snprintf(line + n, sizeof(line) - n, ": %s", strerror(saved));
	make_printable(line);
	fprintf(stderr, "%s\n", line);
	errno = saved;
}

#define EMIT(level, sys)                                                       \
	do {                                                                   \
		va_list ap;                                                    \
		va_start(ap, fmt);                                             \
		emit(level, module, sys, fmt, ap);                             \
		va_end(ap);                                                    \
	} while (0)

void
log_info(const char *module, const char *fmt, ...)
{
	EMIT("", false);
}

void
log_warn(const char *module, const char *fmt, ...)
{
	EMIT("warning: ", false);
}

void
log_warn_sys(const char *module, const char *fmt, ...)
{
	EMIT("warning: ", true);
}

bool
log_allowed(struct log_limit *limit, const char *module)
{
	int64_t now = clock_mono_ns();

	if (limit->since_ns == 0 || now - limit->since_ns > 60 * NS_PER_SEC) {
		if (limit->left_out > 0)
			log_warn(module, "%u lines like these were left out",
			    limit->left_out);
		*limit = (struct log_limit){.since_ns = now};
	}
	if (limit->said == LOG_LIMIT) {
		limit->left_out++;
		return false;
	}
	limit->said++;
	return true;
}

void
log_warn_limited(
    struct log_limit *limit, const char *module, const char *fmt, ...)
{
	if (log_allowed(limit, module))
		EMIT("warning: ", false);
}

void
log_error(const char *module, const char *fmt, ...)
{
	EMIT("error: ", false);
}

void
log_debug(const char *module, const char *fmt, ...)
{
	if (verbose)
		EMIT("debug: ", false);
}

void
log_program(const char *name)
{
	program = name;
}

void
log_verbose(bool on)
{
	verbose = on;
}
