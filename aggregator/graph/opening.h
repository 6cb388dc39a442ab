/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_GRAPH_OPENING_H
#define AGGREGATOR_GRAPH_OPENING_H

#include "common/record.h"

/* A record that opens a connection: who called whom.  Of a SYN its source, of
 * a flow the likely client.  Borrowed. */
struct opening {
	const struct record *record;
	const char *sensor; /* NULL: unknown */
	struct addr client, server;
	uint16_t client_port, server_port;
};

#endif
