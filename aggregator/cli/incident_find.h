/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_INCIDENT_FIND_H
#define AGGREGATOR_CLI_INCIDENT_FIND_H

#include "common/alert.h"

struct err;
struct state;

/* What a person calls an incident. */
struct incident_name {
	char id[ID_TEXT_MAX];
	char honeypot[SITE_NAME_MAX];
};

/*
 * The incident whose id begins with 'which', or the latest of the honeypot of
 * that name or address.  Returns 0; -1 with 'e': EX_NOINPUT none, EX_USAGE
 * several.
 */
int incident_find(struct state *s, const char *which, struct incident_name *out,
    struct err *e);

#endif
