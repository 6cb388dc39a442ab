/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/stamp.h"
#include "common/clock.h"

#include <string.h>

#define SYSLOG_BYTES 15 /* "Mar  8 20:16:44" */
/* 292 years; more do not fit into an int64_t. */
#define UNIX_SECONDS_MAX (INT64_MAX / NS_PER_SEC - 1)

static unsigned int
month_of(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned int i = 0; i < 12; i++)
		if (memcmp(names + 3 * i, p, 3) == 0)
			return i + 1;
	return 0;
}

static inline unsigned int
two(const char *p)
{
	return (unsigned int)((p[0] - '0') * 10 + (p[1] - '0'));
}

static inline bool
are_two(const char *p)
{
	return is_digit(p[0]) && is_digit(p[1]);
}

/* ".050964" or ",050964"; nothing is no fraction.  Digits behind the ninth
 * are skipped. */
static uint32_t
read_fraction(struct cursor *c)
{
	static const uint32_t unit[] = {1000000000, 100000000, 10000000,
	    1000000, 100000, 10000, 1000, 100, 10, 1};
	uint32_t v = 0;
	size_t n = 0;

	if (cursor_left(c) < 2 || (*c->p != '.' && *c->p != ',') ||
	    !is_digit(c->p[1]))
		return 0;
	for (c->p++; c->p < c->end && is_digit(*c->p); c->p++)
		if (n < 9) {
			v = v * 10 + (uint32_t)(*c->p - '0');
			n++;
		}
	return v * unit[n];
}

static bool
read_clock(struct cursor *c, struct civil *out)
{
	const char *p = c->p;

	if (cursor_left(c) < 8 || !are_two(p) || p[2] != ':' ||
	    !are_two(p + 3) || p[5] != ':' || !are_two(p + 6))
		return false;
	out->hour = two(p);
	out->minute = two(p + 3);
	out->second = two(p + 6);
	c->p += 8;
	out->ns = read_fraction(c);
	return true;
}

static bool
read_year(struct cursor *c, struct civil *out)
{
	unsigned int year;

	if (!cursor_digits(c, 4, &year))
		return false;
	out->year = (int)year;
	return true;
}

/* "Mar  8 20:16:44", "Mar 8 ...", "Mar 08 2005 ..." */
static bool
read_month_first(struct cursor *c, struct civil *out)
{
	struct cursor at = *c;
	uint64_t day;

	*out = (struct civil){0};
	if (cursor_left(c) < SYSLOG_BYTES - 1 || c->p[3] != ' ')
		return false;
	out->month = month_of(c->p);
	if (out->month == 0)
		return false;
	at.p += 4;
	cursor_blanks(&at);
	if (!cursor_number(&at, MONTH_DAYS_MAX, &day) || !cursor_char(&at, ' '))
		return false;
	out->day = (unsigned int)day;
	if (cursor_left(&at) > 5 && at.p[4] == ' ' && read_year(&at, out))
		cursor_blanks(&at);
	if (!read_clock(&at, out))
		return false;
	c->p = at.p;
	return true;
}

/* "Z", "+02:00", "+0200" behind an ISO time. */
static void
read_offset(struct cursor *c, struct stamp *out)
{
	struct cursor at = *c;
	unsigned int h, m;
	bool west;

	if (cursor_char(c, 'Z')) {
		out->kind = STAMP_OFFSET;
		return;
	}
	west = cursor_char(&at, '-');
	if ((!west && !cursor_char(&at, '+')) || !cursor_digits(&at, 2, &h))
		return;
	cursor_char(&at, ':');
	if (!cursor_digits(&at, 2, &m) || h > 14 || m > 59)
		return;
	out->kind = STAMP_OFFSET;
	out->offset_s = (int32_t)(h * 3600 + m * 60) * (west ? -1 : 1);
	c->p = at.p;
}

static bool
read_iso(struct cursor *c, struct stamp *out)
{
	struct cursor at = *c;
	struct civil *v = &out->civil;

	*out = (struct stamp){.kind = STAMP_LOCAL};
	if (!read_year(&at, v) || !cursor_char(&at, '-') ||
	    !cursor_digits(&at, 2, &v->month) || !cursor_char(&at, '-') ||
	    !cursor_digits(&at, 2, &v->day))
		return false;
	if (!cursor_char(&at, 'T') && !cursor_char(&at, ' '))
		return false;
	if (!read_clock(&at, v))
		return false;
	read_offset(&at, out);
	c->p = at.p;
	return true;
}

/* "20474.050964" */
static bool
read_seconds(struct cursor *c, int64_t *ns)
{
	struct cursor at = *c;
	uint64_t s;

	if (!cursor_number(&at, (uint64_t)UNIX_SECONDS_MAX, &s) ||
	    cursor_left(&at) < 2 || *at.p != '.' || !is_digit(at.p[1]))
		return false;
	*ns = (int64_t)s * NS_PER_SEC + read_fraction(&at);
	c->p = at.p;
	return true;
}

/* "[20474.050964]", "[Sun Mar  8 20:16:44 2020]" */
static bool
read_bracket(struct cursor *c, struct stamp *out)
{
	struct cursor at = *c;

	*out = (struct stamp){.kind = STAMP_UPTIME};
	if (!cursor_char(&at, '['))
		return false;
	cursor_blanks(&at);
	if (!read_seconds(&at, &out->ns)) {
		out->kind = STAMP_LOCAL;
		if (cursor_left(&at) < 4 || at.p[3] != ' ')
			return false;
		at.p += 4;
		if (!read_month_first(&at, &out->civil) ||
		    !cursor_char(&at, ' ') || !read_year(&at, &out->civil))
			return false;
	}
	if (!cursor_char(&at, ']'))
		return false;
	c->p = at.p;
	return true;
}

bool
stamp_read(struct cursor *c, struct stamp *out)
{
	char first = cursor_peek(c);

	if (first >= 'A' && first <= 'S') {
		out->kind = STAMP_LOCAL;
		return read_month_first(c, &out->civil);
	}
	if (first == '[')
		return read_bracket(c, out);
	if (!is_digit(first))
		return false;
	if (read_iso(c, out))
		return true;
	out->kind = STAMP_UNIX;
	return read_seconds(c, &out->ns);
}

int64_t
stamp_ns(struct calendar *k, const struct stamp *s)
{
	int64_t day;

	switch (s->kind) {
	case STAMP_UNIX:
	case STAMP_UPTIME:
		return s->ns;
	case STAMP_LOCAL:
		return calendar_ns(k, &s->civil);
	case STAMP_OFFSET:
		break;
	}
	day = civil_day(s->civil.year, s->civil.month, s->civil.day);
	if (day == -1 || s->civil.hour > 23 || s->civil.minute > 59 ||
	    s->civil.second > 60)
		return TIME_NONE;
	return (civil_seconds(&s->civil, day) - s->offset_s) * NS_PER_SEC +
	       s->civil.ns;
}
