/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AGGREGATOR_CORRELATE_SIZES_H
#define AGGREGATOR_CORRELATE_SIZES_H

#include "aggregator/correlate/connection.h"

/*
 * What packets and octets say of a connection whose flags nobody logged:
 * answered, refused, unanswered or unknown.  A reading, not a fact.
 *
 * A reset has no options, so it is 40 bytes (IPv6: 60); a SYN is at most 80
 * (100), and who answers one says his MSS at least: 44.  So where a few small
 * packets got nothing but bare ones back, the port was refused.  More octets
 * than bare packets have, each way: it was answered.
 */
enum outcome sizes_outcome(const struct connection *c);

#endif
