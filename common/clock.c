/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Years that a signed 64-bit count of nanoseconds can hold: 1678 to 2261. */
#define SECONDS_MAX (INT64_MAX / NS_PER_SEC - 1)

static bool fake;
static int64_t fake_ns;

static int64_t
now(clockid_t id)
{
	struct timespec ts;

	if (fake)
		return fake_ns;
	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

int64_t
clock_wall_ns(void)
{
	return now(CLOCK_REALTIME);
}

int64_t
clock_mono_ns(void)
{
	return now(CLOCK_MONOTONIC);
}

int64_t
clock_boot_ns(void)
{
	return now(CLOCK_BOOTTIME);
}

void
clock_fake(int64_t ns)
{
	fake = true;
	fake_ns = ns;
}

void
clock_real(void)
{
	fake = false;
}

/* 'n' digits and what follows them; returns its end.  strftime() and printf()
 * take ten times as long, and a scan writes a time for each port. */
static char *
put_digits(char *to, unsigned int v, size_t n, char behind)
{
	for (size_t i = n; i > 0; i--, v /= 10)
		to[i - 1] = (char)('0' + v % 10);
	to[n] = behind;
	return to + n + 1;
}

static char *
put_fraction(char *to, unsigned int ns)
{
	if (ns == 0)
		return to;
	to[-1] = '.';
	if (ns % 1000000 == 0)
		return put_digits(to, ns / 1000000, 3, 'Z');
	if (ns % 1000 == 0)
		return put_digits(to, ns / 1000, 6, 'Z');
	return put_digits(to, ns, 9, 'Z');
}

const char *
time_format(int64_t ns, char out[static TIME_TEXT_MAX])
{
	int64_t frac = ns % NS_PER_SEC;
	time_t sec = (time_t)(ns / NS_PER_SEC);
	struct tm tm;
	char *to = out;

	if (ns == TIME_NONE) {
		snprintf(out, TIME_TEXT_MAX, "-");
		return out;
	}
	if (frac < 0) {
		frac += NS_PER_SEC;
		sec--;
	}
	gmtime_r(&sec, &tm);
	to = put_digits(to, (unsigned int)(tm.tm_year + 1900), 4, '-');
	to = put_digits(to, (unsigned int)(tm.tm_mon + 1), 2, '-');
	to = put_digits(to, (unsigned int)tm.tm_mday, 2, 'T');
	to = put_digits(to, (unsigned int)tm.tm_hour, 2, ':');
	to = put_digits(to, (unsigned int)tm.tm_min, 2, ':');
	to = put_digits(to, (unsigned int)tm.tm_sec, 2, 'Z');
	*put_fraction(to, (unsigned int)frac) = '\0';
	return out;
}

/* ".5" to nanoseconds; digits past the ninth are cut.  Moves '*p'. */
static int64_t
parse_fraction(const char **p)
{
	int64_t ns = 0, unit = NS_PER_SEC / 10;

	if (**p != '.')
		return 0;
	for ((*p)++; isdigit((unsigned char)**p); (*p)++) {
		ns += (**p - '0') * unit;
		unit /= 10;
	}
	return ns;
}

/* "Z", "+01:00", "" (UTC).  Returns 0 with seconds east of UTC, or -1. */
static int
parse_zone(const char *p, int *east)
{
	int h, m, n = 0, sign;

	*east = 0;
	if (*p == ' ')
		p++;
	if (*p == '\0' || strcmp(p, "Z") == 0 || strcmp(p, "z") == 0)
		return 0;
	if (*p != '+' && *p != '-')
		return -1;
	sign = *p == '-' ? -1 : 1;
	if (sscanf(p + 1, "%2d:%2d%n", &h, &m, &n) != 2 &&
	    sscanf(p + 1, "%2d%2d%n", &h, &m, &n) != 2)
		return -1;
	if (p[1 + n] != '\0' || h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*east = sign * (h * 3600 + m * 60);
	return 0;
}

static int
parse_epoch(const char *text, int64_t *ns)
{
	char *end;
	long long sec;
	const char *p;
	int64_t frac;

	errno = 0;
	sec = strtoll(text, &end, 10);
	if (end == text || errno != 0 || sec > SECONDS_MAX ||
	    sec < -SECONDS_MAX)
		return -1;
	p = end;
	frac = parse_fraction(&p);
	*ns = sec * NS_PER_SEC + (*text == '-' ? -frac : frac);
	return *p == '\0' ? 0 : -1;
}

/* 30 February is another day to timegm(), and a mistake to us. */
static bool
is_day(const struct tm *tm)
{
	struct tm day = {.tm_year = tm->tm_year,
	    .tm_mon = tm->tm_mon,
	    .tm_mday = tm->tm_mday};

	timegm(&day);
	return day.tm_mday == tm->tm_mday;
}

int
time_parse(const char *text, int64_t *ns)
{
	struct tm tm = {0};
	const char *p;
	int64_t frac, sec;
	int east;

	if (*text == '@')
		return parse_epoch(text + 1, ns);
	p = strptime(text, "%Y-%m-%d", &tm);
	if (p == NULL || !is_day(&tm))
		return -1;
	if (*p == 'T' || *p == 't' ||
	    (*p == ' ' && isdigit((unsigned char)p[1]))) {
		p++;
		text = p;
		p = strptime(text, "%H:%M:%S", &tm);
		if (p == NULL)
			p = strptime(text, "%H:%M", &tm);
		if (p == NULL)
			return -1;
	}
	frac = parse_fraction(&p);
	if (parse_zone(p, &east) == -1)
		return -1;
	sec = (int64_t)timegm(&tm) - east;
	if (sec > SECONDS_MAX || sec < -SECONDS_MAX)
		return -1;
	*ns = sec * NS_PER_SEC + frac;
	return 0;
}

int
duration_parse(const char *text, int64_t *ns)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {
	    {"ns", 1},
	    {"us", 1000},
	    {"ms", NS_PER_MS},
	    {"s", NS_PER_SEC},
	    {"m", 60 * NS_PER_SEC},
	    {"min", 60 * NS_PER_SEC},
	    {"h", NS_PER_HOUR},
	    {"d", NS_PER_DAY},
	    {"w", 7 * NS_PER_DAY},
	};
	char *end;
	long long n;

	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0)
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(end, units[i].unit) == 0)
			return __builtin_mul_overflow(n, units[i].ns, ns) ? -1
									  : 0;
	return -1;
}
