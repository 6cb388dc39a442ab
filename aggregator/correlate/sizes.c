/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/correlate/sizes.h"

#include <stdint.h>

#define BARE_V4 40 /* IPv4 and TCP header, no options */
#define BARE_V6 60 /* IPv6 and TCP header */
#define OPTIONS 40 /* that a TCP header may have */
#define RETRIES 8  /* SYNs of one connection: Linux sends 7 */

static int
looks_refused(const struct connection *c, uint64_t bare)
{
	return c->packets_out <= RETRIES && c->packets_in <= RETRIES &&
	       c->octets_in == bare * c->packets_in &&
	       c->octets_out <= (bare + OPTIONS) * c->packets_out;
}

enum outcome
sizes_outcome(const struct connection *c)
{
	uint64_t bare = addr_is_v4(&c->client.addr) ? BARE_V4 : BARE_V6;

	if (!c->has_counts || c->packets_out == 0)
		return OUTCOME_UNKNOWN;
	if (c->packets_in == 0)
		return c->packets_out <= RETRIES &&
			       c->octets_out <=
				   (bare + OPTIONS) * c->packets_out
			   ? OUTCOME_UNANSWERED
			   : OUTCOME_UNKNOWN;
	if (looks_refused(c, bare))
		return OUTCOME_REFUSED;
	return c->octets_out > bare * c->packets_out &&
		       c->octets_in > bare * c->packets_in
		   ? OUTCOME_ANSWERED
		   : OUTCOME_UNKNOWN;
}
