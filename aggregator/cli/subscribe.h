/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_SUBSCRIBE_H
#define AGGREGATOR_CLI_SUBSCRIBE_H

#include "common/alert.h"
#include "common/keys.h"

#include <stdbool.h>

struct err;
struct loop;
struct subscriber;

/* A subscription to an aggregator's alert feed: SUB with CURVE. */
struct subscribe_options {
	const char *endpoint; /* borrowed */
	struct key server_key;
	const struct key_pair *key; /* borrowed */
	void *arg;
	/* 'update': an alert with this id was published before. */
	void (*alert)(void *arg, const struct alert *a, bool update);
	/* The feed came, went, or something was missed: a sentence. */
	void (*say)(void *arg, const char *text);
	/* It will never work: the aggregator refuses our key. */
	void (*refused)(void *arg, const struct err *e);
};

/*
 * Subscribe, and stay so whatever happens to the aggregator: callbacks come
 * from the loop.  None of them may close the subscriber.
 * Returns NULL with 'e': EX_USAGE when the endpoint is none.
 */
struct subscriber *subscriber_open(
    struct loop *l, const struct subscribe_options *o, struct err *e);
void subscriber_close(struct subscriber *s);

#endif
