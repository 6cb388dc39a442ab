/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/zone.h"
#include "aggregator/source/cursor.h"
#include "common/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define ZONEINFO "/usr/share/zoneinfo/"

/* "+02:00", "+0200", "+02". */
static bool
parse_offset(const char *text, int64_t *out)
{
	struct cursor c = cursor_init(text, strlen(text));
	bool west = cursor_char(&c, '-');
	unsigned int h, m = 0;

	if (!west && !cursor_char(&c, '+'))
		return false;
	if (!cursor_digits(&c, 2, &h))
		return false;
	cursor_char(&c, ':');
	if (cursor_left(&c) > 0 && !cursor_digits(&c, 2, &m))
		return false;
	if (cursor_left(&c) > 0 || h > 14 || m > 59)
		return false;
	*out = (int64_t)(h * 3600 + m * 60) * (west ? -1 : 1);
	return true;
}

/* glibc takes a name that it does not know for UTC, silently. */
static bool
is_known(const char *name)
{
	char path[sizeof(ZONEINFO) + ZONE_NAME_MAX];

	if (strstr(name, "..") != NULL || *name == '/' || *name == '\0')
		return false;
	snprintf(path, sizeof(path), "%s%s", ZONEINFO, name);
	return access(path, R_OK) == 0;
}

int
zone_parse(const char *text, struct zone *out, struct err *e)
{
	*out = (struct zone){.given = true, .fixed = true};
	if (strlen(text) >= sizeof(out->name))
		return err_set(e, EX_USAGE, "--tz %.40s...: too long", text);
	memcpy(out->name, text, strlen(text) + 1);
	if (strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0 ||
	    parse_offset(text, &out->offset_s))
		return 0;
	if (!is_known(text))
		return err_set(e, EX_USAGE,
		    "--tz %s: no time zone such as UTC, +02:00 or "
		    "Europe/Berlin (from package tzdata)",
		    text);
	out->fixed = false;
	setenv("TZ", text, 1);
	tzset();
	return 0;
}

int64_t
zone_utc(const struct zone *z, int64_t local_s)
{
	time_t t = (time_t)local_s;
	struct tm tm;

	if (!z->given || z->fixed)
		return local_s - z->offset_s;
	if (gmtime_r(&t, &tm) == NULL)
		return local_s;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm);
}

int64_t
zone_local(const struct zone *z, int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;

	if (!z->given || z->fixed)
		return utc_s + z->offset_s;
	if (localtime_r(&t, &tm) == NULL)
		return utc_s;
	return (int64_t)timegm(&tm);
}
