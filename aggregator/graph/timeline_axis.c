/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/timeline_internal.h"
#include "common/clock.h"

#include <stdio.h>
#include <time.h>

struct scale
scale_of(int64_t first_ns, int64_t last_ns, int64_t most)
{
	static const int32_t seconds[] = {1, 5, 15, 30, 60, 300, 900, 1800,
	    3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400,
	    14 * 86400, 28 * 86400, 91 * 86400, 364 * 86400};
	struct scale s = {.step_ns = NS_PER_SEC};
	int64_t span = last_ns - first_ns;

	for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++) {
		s.step_ns = seconds[i] * NS_PER_SEC;
		if (span / s.step_ns <= most)
			break;
	}
	while (span / s.step_ns > most)
		s.step_ns *= 2;
	s.first_ns = first_ns - first_ns % s.step_ns;
	if (s.first_ns < first_ns)
		s.first_ns += s.step_ns;
	return s;
}

static struct tm
calendar(int64_t ns)
{
	int64_t rest = ns % NS_PER_SEC;
	time_t s =
	    (time_t)((ns - (rest < 0 ? rest + NS_PER_SEC : rest)) / NS_PER_SEC);
	struct tm tm = {0};

	gmtime_r(&s, &tm);
	return tm;
}

const char *
tick_clock(int64_t ns, int64_t step_ns, char out[static TICK_TEXT])
{
	struct tm tm = calendar(ns);

	out[0] = '\0';
	if (step_ns < NS_PER_DAY)
		strftime(out, TICK_TEXT,
		    step_ns < 60 * NS_PER_SEC ? "%H:%M:%S" : "%H:%M", &tm);
	return out;
}

const char *
tick_date(int64_t ns, char out[static TICK_TEXT])
{
	struct tm tm = calendar(ns);

	strftime(out, TICK_TEXT, "%Y-%m-%d", &tm);
	return out;
}
