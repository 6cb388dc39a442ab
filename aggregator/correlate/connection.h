/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_CONNECTION_H
#define AGGREGATOR_CORRELATE_CONNECTION_H

#include "common/addr.h"
#include "common/alert.h"
#include "common/outcome.h"
#include "common/site.h"

#include <stdbool.h>
#include <stdint.h>

/* The two ends as a detector and an operator speak of them. */
struct party {
	struct addr addr;	  /* as seen */
	char name[SITE_NAME_MAX]; /* honeypot's name or address; "" outside */
	struct addr primary; /* of the honeypot; the address itself outside */
	bool home;
};

/*
 * What records fold into.  A retransmission is another attempt; the same SYN
 * from another sensor another witness, from another hook nothing new.
 */
struct connection {
	struct party client, server;
	uint16_t client_port, server_port;
	uint8_t proto;
	enum direction direction;
	int64_t start_ns, last_ns; /* of the first and last attempt */
	uint32_t attempts;
	enum outcome outcome;
	uint32_t uid; /* with has_uid */
	bool has_uid;
	/* By a uid of the client that relays for its visitors by design. */
	bool relay;
	bool guessed; /* no SYN: which side serves is a guess */
	bool has_counts;
	uint64_t packets_out, octets_out; /* client to server */
	uint64_t packets_in, octets_in;
	struct names witnesses; /* sensors */
	bool expected;
	/* Who saw the record that is told of, and where (enum record_hook);
	 * NULL: a file, or an end.  Borrowed. */
	const char *sensor;
	uint8_t hook;
};

/* Why fold tells of a connection. */
enum connection_event {
	CONNECTION_NEW,
	CONNECTION_ATTEMPT, /* a retransmission */
	CONNECTION_OUTCOME,
	CONNECTION_WITNESS, /* another sensor saw it: witnesses, times, uid */
	CONNECTION_DETAIL,  /* the same sensors know better: times, uid */
	CONNECTION_COUNTED, /* another flow of it: packets and octets grew */
	CONNECTION_END,	    /* forgotten: nothing more will come */
};

/* Whether the event is an end that says nothing new: all but later attempts
 * and that nobody answered was told before. */
static inline bool
connection_merely_ends(const struct connection *c, enum connection_event event)
{
	return event == CONNECTION_END && c->attempts <= 1 &&
	       c->outcome != OUTCOME_UNANSWERED;
}

#endif
