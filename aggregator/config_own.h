/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CONFIG_OWN_H
#define AGGREGATOR_CONFIG_OWN_H

struct config;
struct err;

/* The name of the expectation below. */
#define CONFIG_OWN_LINK "agents-link"

/*
 * What agents say to the aggregator is no news about a honeypot: expect it,
 * at the address that 'c' listens on, or at all of this host's.  Returns 0;
 * -1 with 'e'.
 */
int config_expect_own(struct config *c, struct err *e);

#endif
