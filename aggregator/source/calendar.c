/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/source/calendar.h"
#include "common/clock.h"

#define DAY_S INT64_C(86400)
#define HOUR_S INT64_C(3600)
#define STRAGGLER_DAYS 30
#define NO_HOUR INT64_MIN

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int64_t
civil_day(int year, unsigned int month, unsigned int day)
{
	static const unsigned char days[] = {
	    31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t y = year - (month <= 2), era, doy;
	unsigned int yoe;

	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 ||
	    day < 1 || day > days[month - 1] ||
	    (month == 2 && day == 29 && !is_leap(year)))
		return -1;
	/* Years begin in March: then the leap day is the last. */
	era = y / 400;
	yoe = (unsigned int)(y - era * 400);
	doy = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t
civil_seconds(const struct civil *c, int64_t day)
{
	return day * DAY_S + c->hour * HOUR_S + c->minute * 60 + c->second;
}

void
calendar_init(struct calendar *k, const struct zone *zone, int said_year,
    int64_t written_ns)
{
	*k = (struct calendar){.zone = *zone,
	    .said_year = said_year,
	    .written_ns = written_ns,
	    .cached_hour = NO_HOUR};
}

/* Of the year's last line, a day of clocks that differ allowed. */
static int64_t
guess_first(const struct calendar *k, unsigned int month, unsigned int day)
{
	int64_t last = zone_local(&k->zone, k->written_ns / NS_PER_SEC) / DAY_S;
	int year = YEAR_MIN + (int)(last / 365) + 1;
	int64_t at;

	do
		at = civil_day(year, month, day);
	while (--year >= YEAR_MIN && (at == -1 || at > last + 1));
	return at;
}

static int
year_of(int64_t day)
{
	int year = YEAR_MIN + (int)(day / 365) + 1;

	while (civil_day(year, 1, 1) > day)
		year--;
	return year;
}

/* The first such date that is at most a month before 'base'; -1: there is
 * none, whatever the year.  A 29 February may be eight years away. */
static int64_t
next_after(int64_t base, unsigned int month, unsigned int day)
{
	int year = year_of(base) - 1;

	for (int i = 0; i < 10; i++) {
		int64_t at = civil_day(year + i, month, day);

		if (at != -1 && at >= base - STRAGGLER_DAYS)
			return at;
	}
	return -1;
}

static bool
is_near(int64_t a, int64_t b)
{
	return b >= a - STRAGGLER_DAYS && b <= a + STRAGGLER_DAYS;
}

static int64_t
first_day(struct calendar *k, unsigned int month, unsigned int day)
{
	int64_t at = k->said_year != 0 ? civil_day(k->said_year, month, day)
				       : guess_first(k, month, day);

	if (at == -1)
		return -1;
	k->first_year = year_of(at);
	k->day = at;
	return at;
}

/* While the first line is the only witness, the next one may correct it. */
static int64_t
second_day(struct calendar *k, unsigned int month, unsigned int day)
{
	int64_t at = next_after(k->day, month, day);

	if (at == -1)
		return -1;
	k->settled = is_near(k->day, at);
	if (!k->settled)
		return first_day(k, month, day);
	k->day = at;
	return at;
}

static int64_t
day_of(struct calendar *k, unsigned int month, unsigned int day)
{
	int64_t at;

	if (k->day == 0)
		return first_day(k, month, day);
	if (!k->settled)
		return second_day(k, month, day);
	at = next_after(k->day, month, day);
	if (at == -1)
		return -1;
	if (is_near(k->day, at) ||
	    (k->doubted != 0 && is_near(k->doubted, at))) {
		k->day = at;
		k->doubted = 0;
	} else {
		k->doubted = at;
	}
	return at;
}

static int64_t
cached_day(struct calendar *k, const struct civil *c)
{
	if (c->year != 0)
		return civil_day(c->year, c->month, c->day);
	if (k->settled && k->doubted == 0 && c->month == k->month &&
	    c->day == k->month_day)
		return k->cached_day;
	k->month = c->month;
	k->month_day = c->day;
	k->cached_day = day_of(k, c->month, c->day);
	return k->cached_day;
}

/* A zone's rules change at full hours (and halves: not within one hour of
 * the same clock), so they are asked once an hour. */
static int64_t
to_utc(struct calendar *k, int64_t local_s)
{
	int64_t hour = local_s / HOUR_S;

	if (!k->zone.given || k->zone.fixed)
		return local_s - k->zone.offset_s;
	if (hour != k->cached_hour) {
		k->cached_hour = hour;
		k->cached_shift_s =
		    zone_utc(&k->zone, hour * HOUR_S) - hour * HOUR_S;
	}
	return local_s + k->cached_shift_s;
}

int64_t
calendar_ns(struct calendar *k, const struct civil *c)
{
	int64_t day;

	/* 60: a leap second. */
	if (c->hour > 23 || c->minute > 59 || c->second > 60)
		return TIME_NONE;
	day = cached_day(k, c);
	if (day == -1)
		return TIME_NONE;
	k->used_zone = true;
	return to_utc(k, civil_seconds(c, day)) * NS_PER_SEC + c->ns;
}

bool
calendar_guessed(const struct calendar *k, int *year)
{
	*year = k->first_year;
	return k->said_year == 0 && k->first_year != 0;
}
