/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/typed.h"
#include "aggregator/cli/options.h"

#include <stdio.h>
#include <string.h>

/* What no shell reads as anything but itself. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "/._-+:=,@%";

/* 'text' as one word of a shell, at out[at]; returns where it ends, or 0: it
 * does not fit. */
static size_t
quote(const char *text, char out[static TYPED_MAX], size_t at)
{
	bool is_plain = *text != '\0' && strspn(text, plain) == strlen(text);
	const char *mark = is_plain ? "" : "'";

	at += (size_t)snprintf(out + at, TYPED_MAX - at, "%s", mark);
	for (; *text != '\0' && at + 8 < TYPED_MAX; text++)
		at += (size_t)snprintf(out + at, TYPED_MAX - at,
		    *text == '\'' ? "'\\''" : "%c", *text);
	at += (size_t)snprintf(out + at, TYPED_MAX - at, "%s", mark);
	return *text == '\0' ? at : 0;
}

static size_t
add(const char *option, const char *value, char out[static TYPED_MAX],
    size_t at)
{
	size_t end = 0;
	int n;

	if (value == NULL)
		return at;
	n = snprintf(out + at, TYPED_MAX - at, " %s ", option);
	if (n > 0 && at + (size_t)n + 8 < TYPED_MAX)
		end = quote(value, out, at + (size_t)n);
	if (end == 0)
		out[at] = '\0';
	return end == 0 ? at : end;
}

const char *
typed_place(const struct options *o, char out[static TYPED_MAX])
{
	size_t at = 0;

	*out = '\0';
	at = add("--store", o->store, out, at);
	add("-c", o->config, out, at);
	return out;
}
