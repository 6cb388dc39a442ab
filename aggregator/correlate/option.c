/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/option.h"

#include "common/clock.h"
#include "common/err.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void
store(const struct option *o, void *out, int64_t value)
{
	memcpy((char *)out + o->offset, &value, sizeof(value));
}

void
option_presets(const struct option *table, void *out)
{
	for (; table != NULL && table->name != NULL; table++)
		store(table, out, table->preset);
}

static bool
parse_count(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0';
}

static bool
parse(const struct option *o, const char *text, int64_t *out)
{
	switch (o->kind) {
	case OPTION_COUNT:
		return parse_count(text, out);
	case OPTION_DURATION:
		return duration_parse(text, out) == 0;
	}
	return false;
}

static const char *
kind_name(enum option_kind k)
{
	return k == OPTION_COUNT ? "a number"
				 : "a time like \"90s\" or \"24h\"";
}

static int
out_of_range(
    const struct option *o, const struct detector_option *given, struct err *e)
{
	bool time = o->kind == OPTION_DURATION;
	int64_t unit = time ? NS_PER_SEC : 1;

	return err_set(e, EX_CONFIG,
	    "%s: detector %s: %s = %s is not between %" PRId64 "%s and "
	    "%" PRId64 "%s",
	    given->place, given->detector, o->name, given->value, o->min / unit,
	    time ? "s" : "", o->max / unit, time ? "s" : "");
}

int
option_set(const struct option *table, const struct detector_option *given,
    void *out, struct err *e)
{
	int64_t value;

	for (; table != NULL && table->name != NULL; table++) {
		if (strcmp(table->name, given->name) != 0)
			continue;
		if (!parse(table, given->value, &value))
			return err_set(e, EX_CONFIG,
			    "%s: detector %s: %s = '%s' is not %s",
			    given->place, given->detector, given->name,
			    given->value, kind_name(table->kind));
		if (value < table->min || value > table->max)
			return out_of_range(table, given, e);
		store(table, out, value);
		return 1;
	}
	return 0;
}
