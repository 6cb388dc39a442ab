/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/cli/option_set.h"
#include "aggregator/cli/options.h"
#include "aggregator/format/format.h"
#include "common/clock.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

int
option_set_home(struct options *o, const char *v, struct err *e)
{
	struct net n;

	switch (net_parse(v, &n)) {
	case 0:
		break;
	case -2:
		return err_set(e, EX_USAGE,
		    "--home %s: bits are set behind the prefix", v);
	default:
		return err_set(e, EX_USAGE,
		    "--home %s: not a network such as 10.1.0.0/16", v);
	}
	if (nets_add(&o->home, &n) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	return 0;
}

int
option_set_format(struct options *o, const char *v, struct err *e)
{
	char names[80] = "";
	const char *name, *doc;

	o->format = format_find(v);
	if (o->format != NULL)
		return 0;
	for (size_t i = 0; format_get(i, &name, &doc); i++) {
		size_t at = strlen(names);

		snprintf(names + at, sizeof(names) - at, "%s%s",
		    i == 0 ? "" : ", ", name);
	}
	return err_set(
	    e, EX_USAGE, "-o %s: no such format; there are: %s", v, names);
}

/* A time, or how long ago. */
static int
parse_when(const char *option, const char *v, int64_t *ns, struct err *e)
{
	int64_t ago;

	if (time_parse(v, ns) == 0)
		return 0;
	if (duration_parse(v, &ago) == 0) {
		*ns = clock_wall_ns() - ago;
		return 0;
	}
	return err_set(e, EX_USAGE,
	    "%s %s: not a time such as 2026-11-21T10:00:00Z or 2h (ago)",
	    option, v);
}

int
option_set_since(struct options *o, const char *v, struct err *e)
{
	return parse_when("--since", v, &o->since_ns, e);
}

int
option_set_until(struct options *o, const char *v, struct err *e)
{
	return parse_when("--until", v, &o->until_ns, e);
}

int
option_set_last(struct options *o, const char *v, struct err *e)
{
	int64_t ns;

	if (duration_parse(v, &ns) == -1)
		return err_set(e, EX_USAGE,
		    "--last %s: not a duration such as 30s, 15m, 2h, 7d", v);
	o->since_ns = clock_wall_ns() - ns;
	return 0;
}

int
option_set_year(struct options *o, const char *v, struct err *e)
{
	char *end;
	long year = strtol(v, &end, 10);

	/* Time stamps of 64 bits end in 2262. */
	if (*v == '\0' || *end != '\0' || year < 1970 || year > 2200)
		return err_set(
		    e, EX_USAGE, "--year %s: not a year such as 2005", v);
	o->year = (int)year;
	return 0;
}

int
option_set_explain(struct options *o, const char *v, struct err *e)
{
	if (addr_parse(v, &o->explain) == -1)
		return err_set(e, EX_USAGE, "--explain %s: not an address", v);
	o->has_explain = true;
	return 0;
}

int
option_set_at(struct options *o, const char *v, struct err *e)
{
	return parse_when("--at", v, &o->at_ns, e);
}

int
option_set_number(struct options *o, const char *v, struct err *e)
{
	char *end;
	unsigned long n = strtoul(v, &end, 10);

	if (*v < '0' || *v > '9' || *end != '\0')
		return err_set(e, EX_USAGE, "-n %s: not a number", v);
	o->number = n;
	o->has_number = true;
	return 0;
}
