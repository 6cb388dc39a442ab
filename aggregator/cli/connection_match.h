/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_CONNECTION_MATCH_H
#define AGGREGATOR_CLI_CONNECTION_MATCH_H

#include "aggregator/correlate/connection.h"
#include "common/filter.h"

#include <stdbool.h>

/* A connection as a filter sees it. */
struct connection_subject {
	struct record syn;
	struct filter_connection of;
	struct filter_subject subject; /* points to both */
};

/* 'witness': which of its sensors saw it; any number when it has none. */
void connection_subject(
    struct connection_subject *out, const struct connection *c, size_t witness);

/* Whether 'f' matches it as one of its witnesses saw it. */
bool connection_matches(const struct filter *f, const struct connection *c);

#endif
