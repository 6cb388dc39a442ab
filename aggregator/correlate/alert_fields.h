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

/* Show 'c' as the connection that changed it if it began later than the one
 * that is shown, at '*newest_ns'. */
void alert_show(
    struct alert *a, int64_t *newest_ns, const struct connection *c);

#define ALERT_WHO_MAX (SITE_NAME_MAX + ADDR_TEXT_MAX + 4)

/* "combo (10.0.0.5)", or the address alone if it is the name. */
void alert_who(const struct alert *a, char *out, size_t size);

#endif
