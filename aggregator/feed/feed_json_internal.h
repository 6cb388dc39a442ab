/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_FEED_FEED_JSON_INTERNAL_H
#define AGGREGATOR_FEED_FEED_JSON_INTERNAL_H

#include "aggregator/feed/feed_json.h"

#include <jansson.h>

/* What the feed_json*.c share. */

json_t *feed_json_time(int64_t ns); /* null: TIME_NONE */
json_t *feed_json_addr(const struct addr *a);
json_t *feed_json_event(const char *id, const char *dataset, const char *action,
    enum severity severity, uint64_t sequence, int64_t now_ns);
/* 'root' is released. */
char *feed_json_dump(json_t *root);

#endif
