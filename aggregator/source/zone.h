/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_ZONE_H
#define AGGREGATOR_SOURCE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

struct err;

#define ZONE_NAME_MAX 64

/* Where the clock stood that wrote times without a zone.  Zeroed: UTC, and
 * nobody said so. */
struct zone {
	char name[ZONE_NAME_MAX]; /* as given */
	bool given, fixed;
	int64_t offset_s; /* east of UTC; with 'fixed' */
};

/*
 * "UTC", "Z", "+02:00", "-0530", or "Europe/Berlin" (then the process's own
 * zone is changed: one name in a process).  Returns 0, or -1 with 'e'
 * (EX_USAGE).
 */
int zone_parse(const char *text, struct zone *out, struct err *e);

/* Seconds since 1970 of the local time that 'local_s' is when counted as if
 * it was UTC. */
int64_t zone_utc(const struct zone *z, int64_t local_s);

/* The other way: what the clock there showed. */
int64_t zone_local(const struct zone *z, int64_t utc_s);

#endif
