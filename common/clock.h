/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_HOUR (3600 * NS_PER_SEC)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* A time that is not known: the source of the record had none. */
#define TIME_NONE INT64_MIN

/* "2005-02-26T19:00:52.123456789Z" and its end */
#define TIME_TEXT_MAX 40

int64_t clock_wall_ns(void); /* since 1970, UTC */
int64_t clock_mono_ns(void); /* never goes back; for timers */
int64_t clock_boot_ns(void); /* counts suspend too */

/* Tests drive the clock: all three return 'ns' until clock_real(). */
void clock_fake(int64_t ns);
void clock_real(void);

/*
 * RFC 3339 in UTC with as many of 0, 3, 6, 9 digits after the second as the
 * time needs; "-" for TIME_NONE.  Returns 'out'.
 */
const char *time_format(int64_t ns, char out[static TIME_TEXT_MAX]);

/*
 * Read RFC 3339 ("2005-02-26T19:00:52Z", "... +01:00", a blank for the T,
 * a date alone, no zone: UTC), or "@seconds".  Returns 0, or -1 when 'text'
 * is none of these.
 */
int time_parse(const char *text, int64_t *ns);

/* Read "30s", "500ms", "5m", "2h", "7d", "1w".  Returns 0 or -1. */
int duration_parse(const char *text, int64_t *ns);

#endif
