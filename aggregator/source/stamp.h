/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_SOURCE_STAMP_H
#define AGGREGATOR_SOURCE_STAMP_H

#include "aggregator/source/calendar.h"
#include "aggregator/source/cursor.h"

/*
 * The time that a line of a log begins with:
 *
 *	Mar  8 20:16:44			syslog; also with .ffffff or a year
 *	2015-03-08T02:25:11.444+02:00	rsyslog; +0200, Z, no zone, a blank
 *	[Sun Mar  8 20:16:44 2020]	dmesg -T
 *	[20474.050964]			dmesg: since the boot
 *	1425777911.123456		journalctl -o short-unix
 */
enum stamp_kind {
	STAMP_LOCAL,  /* of a clock whose zone is not said */
	STAMP_OFFSET, /* with its zone */
	STAMP_UNIX,
	STAMP_UPTIME,
};

struct stamp {
	enum stamp_kind kind;
	struct civil civil; /* LOCAL, OFFSET */
	int32_t offset_s;   /* OFFSET */
	int64_t ns;	    /* UNIX, UPTIME */
};

/* The stamp at the cursor.  False: there is none. */
bool stamp_read(struct cursor *c, struct stamp *out);

/* Ns since 1970; an uptime counts as if the boot was then.  TIME_NONE: there
 * is no such date. */
int64_t stamp_ns(struct calendar *k, const struct stamp *s);

#endif
