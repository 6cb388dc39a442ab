/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
words_add(struct words *w, const char *sep, const char *fmt, ...)
{
	size_t at = strlen(w->s);
	va_list ap;

	if (w->n > 0)
		snprintf(w->s + at, sizeof(w->s) - at, "%s", sep);
	at = strlen(w->s);
	va_start(ap, fmt);
	vsnprintf(w->s + at, sizeof(w->s) - at, fmt, ap);
	va_end(ap);
	w->n++;
}
