/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CONFIG_H
#define AGGREGATOR_CONFIG_H

#include "common/site.h"

#include <stdint.h>

struct err;

/* aggregator.conf.  Every string is owned and never NULL. */
struct config {
	char *listen, *feed, *replay, *control;
	char *key_file, *store, *user;
	int keep_days;		/* keep = 90d */
	uint64_t ingest_memory; /* bytes; the process limits */
	uint64_t feed_memory;
	struct site *site;
};

/*
 * Read and check the whole of 'path', includes too; what is built in is added
 * (config_own.h).  Returns NULL with 'e'
 * (EX_NOINPUT, EX_NOPERM, EX_CONFIG): "FILE:LINE: what" with the nearest
 * known key where one is unknown.
 */
struct config *config_load(const char *path, struct err *e);

/* Everything at its default: no file. */
struct config *config_default(struct err *e);
void config_free(struct config *c);

#define CONFIG_PATH "/etc/synhive/aggregator.conf"
#define CONFIG_STORE "/var/lib/synhive"
#define CONFIG_CONTROL "/run/synhive/control"

#endif
