/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_FEED_PLACE_H
#define AGGREGATOR_CLI_FEED_PLACE_H

#include "common/keys.h"

struct err;
struct options;

#define ENDPOINT_MAX 256

/* Where the feed is, whose it is, and who we are. */
struct feed_place {
	char endpoint[ENDPOINT_MAX];
	struct key server_key;
	struct key_pair key;
};

/*
 * From the options, and for what they do not say from the configuration.
 * Returns 0; -1 with 'e': EX_USAGE when something is missing, or as
 * config_load() and key_load().
 */
int feed_place_find(
    struct feed_place *out, const struct options *o, struct err *e);
void feed_place_fini(struct feed_place *p);

/* "tcp://0.0.0.0:7762", where a daemon listens, as where to connect to. */
void endpoint_to_connect(const char *listen, char out[static ENDPOINT_MAX]);

#endif
