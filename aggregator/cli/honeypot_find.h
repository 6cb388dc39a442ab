/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_HONEYPOT_FIND_H
#define AGGREGATOR_CLI_HONEYPOT_FIND_H

#include "aggregator/store/state.h"

struct err;
struct place;

/* A honeypot that somebody asks for. */
struct honeypot_found {
	char name[SITE_NAME_MAX];
	struct addr address;	    /* primary */
	char incident[ID_TEXT_MAX]; /* its latest; "": none */
};

/*
 * By its name, or any of its addresses: of the configuration, of incidents,
 * else an address that is home.  Returns 0; -1 with 'e' (EX_NOINPUT: none).
 */
int honeypot_find(const struct place *p, struct state *s, const char *which,
    struct honeypot_found *out, struct err *e);

/* 'fn' for its incident, if there is one. */
int honeypot_incident(struct state *s, const struct honeypot_found *h,
    state_incident_fn *fn, void *arg, struct err *e);

#endif
