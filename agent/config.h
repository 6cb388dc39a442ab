/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGENT_CONFIG_H
#define AGENT_CONFIG_H

#include "common/addr.h"
#include "common/keys.h"

#include <stddef.h>
#include <stdint.h>

struct err;

enum rules_mode {
	RULES_APPLY,
	RULES_CHECK,
	RULES_OFF,
};

#define AGENT_DEVICES_MAX 64

/* agent.conf.  Every string is owned and never NULL. */
struct agent_config {
	char *aggregator;	   /* ZeroMQ endpoint */
	struct key aggregator_key; /* public */
	char *key_file, *spool, *user;
	char *name;	   /* "": whatever the aggregator calls us */
	uint16_t group;	   /* outbound, within, replies */
	uint16_t group_in; /* default: group + 1 */
	enum rules_mode rules;
	uint32_t mark;	  /* the bit that output sets; one bit */
	struct nets home; /* a gateway's networks; empty: a host */
	char *device[AGENT_DEVICES_MAX]; /* egress; none: all that are up */
	size_t n_device;
	uint64_t receive_buffer; /* bytes, of each NFLOG socket */
	uint64_t queue_bytes;	 /* unacknowledged, in memory */
	int64_t batch_age_ns;	 /* inbound batches wait this long */
};

/* As config_load() in aggregator/config.h. */
struct agent_config *agent_config_load(const char *path, struct err *e);
struct agent_config *agent_config_default(struct err *e);
void agent_config_free(struct agent_config *c);

#define AGENT_CONFIG_PATH "/etc/synhive/agent.conf"

#endif
