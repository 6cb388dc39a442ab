/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FEED_FEED_JSON_H
#define AGGREGATOR_FEED_FEED_JSON_H

#include "common/alert.h"

#include <stdbool.h>
#include <stdint.h>

/* Version of the JSON's shape; proto/feed.schema.json describes it. */
#define FEED_SCHEMA "1.0"

/*
 * An alert or incident as one JSON object in the shape of the Elastic Common
 * Schema, without a newline.
 *
 * sequence: its number in the feed.  now_ns: when it was made.
 * Returns text that the caller frees; NULL when memory is out.
 */
char *feed_json_alert(
    const struct alert *a, bool update, uint64_t sequence, int64_t now_ns);
char *feed_json_incident(const struct incident *i, const char *op,
    uint64_t sequence, int64_t now_ns);

#endif
