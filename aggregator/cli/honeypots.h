/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CLI_HONEYPOTS_H
#define AGGREGATOR_CLI_HONEYPOTS_H

#include "aggregator/format/format.h"
#include "aggregator/store/state.h"

struct err;
struct place;

/* What is known of one honeypot, in short. */
struct honeypot_state {
	char name[SITE_NAME_MAX];
	struct addr address;	      /* primary */
	char honeynet[SITE_NAME_MAX]; /* "": unknown */
	bool configured;
	char incident[ID_TEXT_MAX]; /* the latest; "": none */
	char state[16];		    /* of it; "quiet" without one */
	enum severity severity;	    /* of it; 0: none */
	int64_t onset_ns, last_ns;  /* of it, and of its alerts */
	uint64_t evidence, episodes, alerts, peers;
};

struct honeypots {
	struct honeypot_state *list; /* by name */
	size_t n, room;
};

/*
 * Those of the configuration, and those that there is an incident or an alert
 * of.  Returns 0, or -1 with 'e'; honeypots_fini() in either case.
 */
int honeypots_read(
    struct honeypots *h, const struct place *p, struct state *s, struct err *e);
void honeypots_fini(struct honeypots *h);

/* As a row, which borrows from 'h'. */
#define HONEYPOT_COLUMNS 13
extern const struct layout honeypot_layout;
void honeypot_row(struct cell *out, const struct honeypot_state *h);

#endif
