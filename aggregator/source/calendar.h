/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_CALENDAR_H
#define AGGREGATOR_SOURCE_CALENDAR_H

#include "aggregator/source/zone.h"

#include <stdbool.h>
#include <stdint.h>

/* A date and time of day as a log writes it. */
struct civil {
	int year; /* 0: the log does not say */
	unsigned int month, day, hour, minute, second;
	uint32_t ns;
};

#define MONTH_DAYS_MAX 31
#define YEAR_MIN 1970
#define YEAR_MAX 2200 /* ns since 1970 end in 2262 */

/* Days since 1970 of a date that exists; -1 for one that does not. */
int64_t civil_day(int year, unsigned int month, unsigned int day);

/* Seconds since 1970, as if the clock showed UTC. */
int64_t civil_seconds(const struct civil *c, int64_t day);

/*
 * Gives years to dates without one, line by line.  The first has the year
 * that was said, or the last one in which the date lies before the file was
 * written.  Each next one is in the year that puts it nearest behind the one
 * before; half a year back is New Year, a month back a straggler.  A jump of
 * more than a month counts only when a second line confirms it: one damaged
 * month must not move all that follow.
 */
struct calendar {
	struct zone zone;
	int said_year;	    /* 0: nobody said */
	int64_t written_ns; /* the file; not before its last line */
	int64_t day;	    /* of the last line that counts; 0: none yet */
	int64_t doubted;    /* of a line that jumped; 0: none */
	bool settled;	    /* two lines agree */
	int first_year;	    /* of the first line */
	bool used_zone;	    /* a time did not say its own */
	/* What was worked out for the line before. */
	unsigned int month, month_day;
	int64_t cached_day;
	int64_t cached_hour, cached_shift_s;
};

void calendar_init(struct calendar *k, const struct zone *zone, int said_year,
    int64_t written_ns);

/* Ns since 1970, UTC; TIME_NONE: there is no such date. */
int64_t calendar_ns(struct calendar *k, const struct civil *c);

/* Whether a year was guessed, and which was the first. */
bool calendar_guessed(const struct calendar *k, int *year);

#endif
