/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMMON_SCHEDULE_H
#define COMMON_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/*
 * When something is to happen, at least once in each window.  (EBNF; case
 * does not matter, words are separated by blanks)
 *
 *   schedule = ( days from "-" until | "every" duration ) [ zone ]
 *   days     = "daily" | day { "," day }
 *   day      = weekday [ "-" weekday ]       ; "mon-fri", "sat", "fri-mon"
 *   weekday  = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"
 *   from     = HH:MM
 *   until    = HH:MM                         ; not after 'from': of the next
 *                                            ; day; 24:00 is midnight
 *   zone     = "UTC" | ( "+" | "-" ) HH:MM   ; without it: UTC
 *
 * "every" cuts the day from midnight on into windows of that length, which
 * divides a day: from 1m to 24h.
 */
struct schedule {
	int64_t every_ns;	   /* 0: by days */
	int64_t from_ns, until_ns; /* since midnight; 'until' is after 'from' */
	int64_t east_ns;	   /* of UTC */
	uint8_t days;		   /* bit 0: Monday */
};

/* Returns 0; -1 with 'e' (EX_CONFIG) naming the word that is wrong. */
int schedule_parse(const char *text, struct schedule *out, struct err *e);

/* [start, end) */
struct due {
	int64_t start_ns, end_ns;
};

/* The first window that ends after 'after_ns'.  Returns whether there is one:
 * not beyond what clocks show. */
bool schedule_next(const struct schedule *s, int64_t after_ns, struct due *out);

#endif
