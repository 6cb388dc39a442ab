/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_GROUP_STORE_H
#define AGGREGATOR_CLI_GROUP_STORE_H

#include "aggregator/cli/groups.h"

struct cli;
struct err;
struct filter;
struct place;

/* A verb that counts groups. */
struct group_query {
	struct groups_about about;
	bool by_first;
	enum group_count by; /* unless by_first */
	size_t most;	     /* rows; 0: all */
};

/*
 * Count what 'f' (NULL: all) lets through of the store, and print it.  Says on
 * stderr what was not counted.  Returns 0, or -1 with 'e'.
 */
int group_store(const struct place *p, const struct cli *c,
    const struct filter *f, const struct group_query *q, struct err *e);

#endif
