/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A time, eight bytes, and a schedule: its windows follow each other. */
#include "common/clock.h"
#include "common/err.h"
#include "common/schedule.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_windows(const struct schedule *s, int64_t after_ns)
{
	struct due w, before = {.end_ns = INT64_MIN};

	for (int i = 0; i < 20; i++) {
		if (!schedule_next(s, after_ns, &w))
			return;
		if (w.end_ns <= after_ns || w.start_ns >= w.end_ns ||
		    w.start_ns < before.end_ns ||
		    w.end_ns - w.start_ns > NS_PER_DAY)
			abort();
		before = w;
		after_ns = w.end_ns;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schedule s;
	struct err e = {0};
	int64_t after_ns;
	char *text;

	if (size < sizeof(after_ns))
		return 0;
	memcpy(&after_ns, data, sizeof(after_ns));
	text = strndup(
	    (const char *)data + sizeof(after_ns), size - sizeof(after_ns));
	if (text == NULL)
		abort();
	if (schedule_parse(text, &s, &e) == 0)
		check_windows(&s, after_ns);
	else if (e.code == 0 || e.text[0] == '\0')
		abort();
	free(text);
	return 0;
}
