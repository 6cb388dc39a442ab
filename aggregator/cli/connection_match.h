/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_CONNECTION_MATCH_H
#define AGGREGATOR_CLI_CONNECTION_MATCH_H

#include "aggregator/correlate/connection.h"

#include <stdbool.h>

struct filter;

/* Whether 'f' matches it as one of its witnesses saw it. */
bool connection_matches(const struct filter *f, const struct connection *c);

#endif
