/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_CMD_ANALYSE_H
#define AGGREGATOR_CLI_CMD_ANALYSE_H

#include "aggregator/cli/cli.h"

/* The verb under both of its spellings. */
int analyse(const struct cli *c, struct err *e);

#endif
