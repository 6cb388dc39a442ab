/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_ALERT_FIELDS_H
#define AGGREGATOR_CORRELATE_ALERT_FIELDS_H

#include "aggregator/correlate/connection.h"
#include "common/alert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an alert takes over from connections: the same whatever the order in
 * which they come. */

/* Its id, from the other fields.  honeypot: NULL, an alert for all of them;
 * peer: NULL, one for all peers. */
void alert_set_id(struct alert *a, const struct addr *honeypot,
    const struct addr *peer, int64_t quiet_ns);

/* Times and witnesses.  Returns whether something changed. */
bool alert_refine(struct alert *a, const struct connection *c);

/*
 * The connections that changed it last, by their beginning; of one that is
 * shown it may be found out that it was not the last.  Zeroed it is empty.
 */
struct alert_latest {
	struct alert_shown {
		int64_t start_ns;
		struct addr client, server;
		uint64_t client_port;
	} by[2];
	uint64_t n;
};

/* Show the latest, of which 'c' may be one.  is_new: it is told of for the
 * first time; else it may have begun earlier.  Returns whether the one that is
 * shown changed. */
bool alert_show(struct alert *a, struct alert_latest *k,
    const struct connection *c, bool is_new);
/* 'a' is shown as it is; its connection began at 'start_ns'. */
void alert_was_shown(
    const struct alert *a, int64_t start_ns, struct alert_latest *k);

#define ALERT_WHO_MAX (SITE_NAME_MAX + ADDR_TEXT_MAX + 4)

/* "combo (10.0.0.5)", or the address alone if it is the name. */
void alert_who(const struct alert *a, char *out, size_t size);

/* "a connection", "12 connections" */
#define ALERT_COUNT_MAX 40
void alert_count(const struct alert *a, char out[static ALERT_COUNT_MAX]);

/* A sentence; what is too long ends in "...". */
void alert_say(char out[static ALERT_TEXT_MAX], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
