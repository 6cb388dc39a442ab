/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/schedule.h"

#include "common/clock.h"
#include "common/err.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#define NS_PER_MINUTE (60 * NS_PER_SEC)
#define EVERY_LEAST_NS NS_PER_MINUTE
#define DAYS_IN_WEEK 7
#define SCHEDULE_TEXT_MAX 128 /* seven days, two times, a zone: 60 bytes */

/* A week and a day beyond any time that is asked for stays in 64 bits. */
#define EDGE_NS (30 * NS_PER_DAY)

static const char weekdays[DAYS_IN_WEEK][4] = {
    "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* --- reading --- */

/* The weekday at '*p', which moves behind it; -1: none. */
static int
parse_weekday(const char **p)
{
	for (int i = 0; i < DAYS_IN_WEEK; i++)
		if (strncasecmp(*p, weekdays[i], 3) == 0) {
			*p += 3;
			return i;
		}
	return -1;
}

static int
parse_days(const char *word, uint8_t *out)
{
	const char *p = word;

	*out = 0;
	if (strcasecmp(word, "daily") == 0) {
		*out = (1 << DAYS_IN_WEEK) - 1;
		return 0;
	}
	for (;; p++) {
		int first = parse_weekday(&p), last = first;

		if (first != -1 && *p == '-') {
			p++;
			last = parse_weekday(&p);
		}
		if (first == -1 || last == -1)
			return -1;
		for (; first != last; first = (first + 1) % DAYS_IN_WEEK)
			*out |= (uint8_t)(1 << first);
		*out |= (uint8_t)(1 << last);
		if (*p != ',')
			return *p == '\0' ? 0 : -1;
	}
}

/* "HH:MM" at '*p', at most 24:00. */
static int
parse_clock(const char **p, int64_t *out)
{
	const char *s = *p;
	int minutes;

	for (int i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : !isdigit((unsigned char)s[i]))
			return -1;
	minutes = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 +
		  s[4] - '0';
	if (minutes > 24 * 60 || s[3] > '5')
		return -1;
	*out = minutes * NS_PER_MINUTE;
	*p = s + 5;
	return 0;
}

static int
parse_times(const char *word, struct schedule *s)
{
	const char *p = word;

	if (parse_clock(&p, &s->from_ns) == -1 || *p++ != '-' ||
	    parse_clock(&p, &s->until_ns) == -1 || *p != '\0' ||
	    s->from_ns == NS_PER_DAY || s->from_ns == s->until_ns)
		return -1;
	if (s->until_ns < s->from_ns)
		s->until_ns += NS_PER_DAY;
	return 0;
}

static int
parse_every(const char *word, int64_t *out)
{
	return duration_parse(word, out) == 0 && *out >= EVERY_LEAST_NS &&
		       NS_PER_DAY % *out == 0
		   ? 0
		   : -1;
}

static int
parse_zone(const char *word, int64_t *east)
{
	const char *p = word + 1;

	*east = 0;
	if (strcasecmp(word, "utc") == 0)
		return 0;
	if ((*word != '+' && *word != '-') || parse_clock(&p, east) == -1 ||
	    *p != '\0' || *east >= NS_PER_DAY)
		return -1;
	if (*word == '-')
		*east = -*east;
	return 0;
}

static int
wrong(struct err *e, const char *word, const char *what)
{
	if (word == NULL)
		return err_set(
		    e, EX_CONFIG, "the schedule ends before %s", what);
	return err_set(e, EX_CONFIG, "'%.40s' is not %s", word, what);
}

int
schedule_parse(const char *text, struct schedule *out, struct err *e)
{
	char copy[SCHEDULE_TEXT_MAX], *save, *word;

	*out = (struct schedule){0};
	if (strlen(text) >= sizeof(copy))
		return err_set(e, EX_CONFIG, "the schedule is too long");
	snprintf(copy, sizeof(copy), "%s", text);
	word = strtok_r(copy, " \t\n", &save);
	if (word != NULL && strcasecmp(word, "every") == 0) {
		word = strtok_r(NULL, " \t\n", &save);
		if (word == NULL || parse_every(word, &out->every_ns) == -1)
			return wrong(e, word,
			    "a duration from 1m to 24h that divides a day");
	} else {
		if (word == NULL || parse_days(word, &out->days) == -1)
			return wrong(
			    e, word, "'daily', 'every' or days like 'mon-fri'");
		word = strtok_r(NULL, " \t\n", &save);
		if (word == NULL || parse_times(word, out) == -1)
			return wrong(e, word, "a time like '03:00-04:00'");
	}
	word = strtok_r(NULL, " \t\n", &save);
	if (word != NULL && parse_zone(word, &out->east_ns) == -1)
		return wrong(e, word, "'UTC' or a zone like '+01:00'");
	word = strtok_r(NULL, " \t\n", &save);
	return word == NULL ? 0 : wrong(e, word, "the end of the schedule");
}

/* --- windows --- */

/* Rounded down, also below zero. */
static int64_t
divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
has_day(const struct schedule *s, int64_t day)
{
	int64_t weekday = (day + 3) % DAYS_IN_WEEK; /* 1970-01-01: Thursday */

	return s->days >> (weekday < 0 ? weekday + DAYS_IN_WEEK : weekday) & 1;
}

bool
schedule_next(const struct schedule *s, int64_t after_ns, struct due *out)
{
	int64_t local, day;

	if (after_ns > INT64_MAX - EDGE_NS || after_ns < INT64_MIN + EDGE_NS)
		return false;
	local = after_ns + s->east_ns;
	if (s->every_ns > 0) {
		out->start_ns =
		    divide(local, s->every_ns) * s->every_ns - s->east_ns;
		out->end_ns = out->start_ns + s->every_ns;
		return true;
	}
	/* Yesterday's may end today. */
	for (day = divide(local, NS_PER_DAY) - 1;; day++)
		if (has_day(s, day) && day * NS_PER_DAY + s->until_ns > local)
			break;
	out->start_ns = day * NS_PER_DAY + s->from_ns - s->east_ns;
	out->end_ns = day * NS_PER_DAY + s->until_ns - s->east_ns;
	return true;
}
